import { PROOFS } from '../../authentication/methods.js'
import type { Check } from '../facts.js'
import { ok, type Said, warning } from '../finding.js'
import { isNoList, listIn, words } from '../members.js'

/** How clients prove themselves at the token endpoint (RFC 8414 §2). */
export const clientAuthentication: Check = ({ metadata }) => {
  const member = 'token_endpoint_auth_methods_supported'
  if (isNoList(metadata, member)) return []
  const methods = listIn(metadata, member)
  if (!methods) {
    const what =
      'no methods are named, which means client_secret_basic alone (RFC 8414 §2); many servers take more'
    return [warning(what, `have the server name ${member}`)]
  }
  if (methods.length === 0)
    return [warning(`${member} names no method`, 'have the server name those that it takes, or leave it out')]
  const found: Said[] = [ok(`clients prove themselves by ${words(methods)}`)]
  const odd = methods.filter((method) => !Object.hasOwn(PROOFS, method))
  if (odd.length > 0) found.push(warning(`in no specification that is known here: ${words(odd)}`))
  if (!methods.includes('none'))
    found.push(
      ok('public clients (none) are not named: apps on devices and in browsers have no way to keep a secret'),
    )
  return found
}
