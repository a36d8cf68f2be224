import type { AcceptedMetadata, Members } from '../../dialect.js'
import { Refusal } from '../../refusal.js'

const STRINGS = [
  'client_name',
  'token_endpoint_auth_method',
  'scope',
  'application_type',
  'logo_uri',
  'client_uri',
  'policy_uri',
  'tos_uri',
  'software_id',
  'software_version',
]

const ARRAYS = ['redirect_uris', 'grant_types', 'response_types', 'contacts']

/** All that may be asked for, and all that is echoed. None is needed. */
export const MEMBERS = [...ARRAYS, ...STRINGS]

/** RFC 7591 section 2: what a client goes by that says nothing. awork's own defaults are not known. */
const DEFAULTS = {
  redirect_uris: [],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
}

/** The types of the documentation, and redirect URIs of any scheme. What else awork refuses is not known. */
export function acceptMetadata(requested: Members): AcceptedMetadata {
  for (const name of MEMBERS) {
    const value = requested[name] ?? undefined
    const fits = ARRAYS.includes(name) ? isArrayOfStrings(value) : typeof value === 'string'
    if (value !== undefined && !fits) throw invalidMember('invalid_client_metadata', name)
  }
  for (const uri of (requested.redirect_uris ?? []) as string[]) {
    if (!URL.canParse(uri) || uri.includes('#')) throw invalidMember('invalid_redirect_uri', 'redirect_uris')
  }
  const set = MEMBERS.filter((name) => (requested[name] ?? undefined) !== undefined)
  return { ...DEFAULTS, ...Object.fromEntries(set.map((name) => [name, requested[name]])) }
}

function isArrayOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function invalidMember(error: string, member: string): Refusal {
  return new Refusal(400, error, `${member} is not valid`, { member })
}
