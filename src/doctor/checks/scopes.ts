import type { Check } from '../facts.js'
import { ok, warning } from '../finding.js'
import { isNoList, listIn, words } from '../members.js'

/** What may be asked for (RFC 8414 §2). */
export const scopes: Check = ({ metadata }) => {
  if (isNoList(metadata, 'scopes_supported')) return []
  const known = listIn(metadata, 'scopes_supported')
  if (!known) return [ok('scopes_supported is not there: ask the operator for the scopes')]
  const isOpenId = Array.isArray(metadata.id_token_signing_alg_values_supported)
  const found = [ok(`scopes: ${words(known) || 'none'}`)]
  if (isOpenId && !known.includes('openid'))
    found.push(
      warning('it signs ID tokens, and scopes_supported lacks openid (OpenID Connect Discovery 1.0 §3)'),
    )
  return found
}
