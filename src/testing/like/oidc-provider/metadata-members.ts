/** The client metadata the server knows, by type: RFC 7591 section 2 and OpenID Connect Registration section 2. */

const URIS = [
  'client_uri',
  'initiate_login_uri',
  'jwks_uri',
  'logo_uri',
  'policy_uri',
  'sector_identifier_uri',
  'tos_uri',
]

const STRINGS = [
  'application_type',
  'client_name',
  'id_token_signed_response_alg',
  'scope',
  'software_id',
  'software_version',
  'subject_type',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  ...URIS,
]

const ARRAYS = [
  'contacts',
  'default_acr_values',
  'grant_types',
  'post_logout_redirect_uris',
  'redirect_uris',
  'response_types',
]

const BOOLEANS = ['require_auth_time']
const INTEGERS = ['default_max_age']
const HTTPS_URIS = ['initiate_login_uri', 'sector_identifier_uri']
const KNOWN = new Set([...STRINGS, ...ARRAYS, ...BOOLEANS, ...INTEGERS, 'jwks'])

/** RFC 7591 section 2.2: these may carry a language tag, as in `client_name#ja-Hani-JP`. */
const TRANSLATABLE = ['client_name', 'client_uri', 'logo_uri', 'policy_uri', 'tos_uri']

export type MemberType = 'string' | 'web uri' | 'https uri' | 'array' | 'boolean' | 'integer'

/** `undefined` for `jwks`, which has rules of its own, and for what the server does not know. */
export function typeOfMember(name: string): MemberType | undefined {
  const plain = withoutLanguage(name)
  if (HTTPS_URIS.includes(plain)) return 'https uri'
  if (URIS.includes(plain)) return 'web uri'
  if (STRINGS.includes(plain)) return 'string'
  if (ARRAYS.includes(plain)) return 'array'
  if (BOOLEANS.includes(plain)) return 'boolean'
  return INTEGERS.includes(plain) ? 'integer' : undefined
}

/** RFC 7591 section 2: the server ignores what it does not understand. */
export function knownMembers(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => KNOWN.has(withoutLanguage(name))))
}

function withoutLanguage(name: string): string {
  const [plain = name, language] = name.split('#', 2)
  return language && TRANSLATABLE.includes(plain) ? plain : name
}
