import type { JsonObject } from '../../json.js'
import type { Check } from '../facts.js'
import { ok, type Said, warning } from '../finding.js'
import { isNoList, isThere, listIn } from '../members.js'

/** What OpenID Connect wants beside (Discovery 1.0 §3). */
const OF_OPENID = ['jwks_uri', 'subject_types_supported', 'id_token_signing_alg_values_supported']

/** Whether the members are there that have to be (RFC 8414 §2), and lists are lists. */
export const required: Check = ({ metadata, taken }) => {
  const grants = listIn(metadata, 'grant_types_supported') ?? ['authorization_code', 'implicit']
  const isOpenId = taken.url.includes('/openid-configuration')
  const needed = [
    ...(grants.some((grant) => grant === 'authorization_code' || grant === 'implicit')
      ? ['authorization_endpoint']
      : []),
    ...(grants.every((grant) => grant === 'implicit') ? [] : ['token_endpoint']),
    'response_types_supported',
    ...(isOpenId ? OF_OPENID : []),
  ]
  const missing = needed.filter((member) => !isThere(metadata, member))
  const source = isOpenId ? 'OpenID Connect Discovery 1.0 §3' : 'RFC 8414 §2'
  const found: Said[] = missing.map((member) =>
    warning(
      `${member} is missing (${source})`,
      `have the server name ${member}: some clients refuse to go on without`,
    ),
  )
  found.push(...wrongLists(metadata))
  return found.length > 0 ? found : [ok(`all that ${source} requires is there`)]
}

function wrongLists(metadata: JsonObject): Said[] {
  const lists = Object.keys(metadata).filter((member) =>
    /(_types|_methods|_values|_modes|scopes)_supported$/.test(member),
  )
  return lists
    .filter((member) => isNoList(metadata, member))
    .map((member) => warning(`${member} is not a list of words`, `have the server write ${member} as a list`))
}
