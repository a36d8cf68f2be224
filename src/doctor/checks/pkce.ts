import type { Check } from '../facts.js'
import { ok, problem, warning } from '../finding.js'
import { isNoList, isThere, listIn, words } from '../members.js'

/** Whether an authorization code is of use to who has stolen it (RFC 7636, RFC 9700 §2.1.1). */
export const pkce: Check = ({ metadata }) => {
  if (isNoList(metadata, 'code_challenge_methods_supported')) return []
  const methods = listIn(metadata, 'code_challenge_methods_supported')
  // Who signs nobody in has no codes to be stolen.
  if (!methods && !isThere(metadata, 'authorization_endpoint')) return []
  if (!methods) {
    const what =
      'code_challenge_methods_supported is missing: clients that insist on PKCE, as those of MCP, refuse to go on'
    return [warning(what, 'have the server name it with S256, if it does PKCE')]
  }
  if (!methods.includes('S256'))
    return [
      problem(
        `PKCE without S256: ${words(methods) || 'none'} (RFC 7636 §4.2)`,
        'have the server support S256',
      ),
    ]
  return [ok(`PKCE by ${words(methods)}`)]
}
