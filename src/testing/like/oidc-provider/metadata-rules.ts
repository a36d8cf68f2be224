import type { AcceptedMetadata } from '../../dialect.js'
import { invalidMetadata } from '../../refusal.js'
import { checkKeySet } from './key-set-rules.js'
import { checkIntegers, checkTypes, checkUris } from './member-types.js'
import { knownMembers } from './metadata-members.js'
import { checkRedirectUris } from './redirect-uri-rules.js'
import { checkScope, checkSupported, normalizeResponseType } from './supported-values.js'

/** Members that this server's defaults always fill in. */
interface WithDefaults {
  readonly application_type: string
  readonly post_logout_redirect_uris: readonly string[]
}

/** RFC 7591 section 2 and OpenID Connect Registration section 2. */
const DEFAULTS = {
  application_type: 'web',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'RS256',
  subject_type: 'public',
  require_auth_time: false,
  post_logout_redirect_uris: [],
}

const WITHOUT_SECRET = ['none', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']

const EMAIL = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*$/

type Metadata = Record<string, unknown>

/**
 * Judges what was asked for, in oidc-provider's order, so that of two faults the same one is named.
 * Throws `invalid_redirect_uri` or `invalid_client_metadata`.
 */
export function acceptMetadata(requested: Metadata, server: Readonly<Metadata>): AcceptedMetadata {
  const metadata: Metadata = { ...DEFAULTS, ...knownMembers(requested) }
  checkPresence(metadata)
  checkTypes(metadata)
  metadata.response_types = (metadata.response_types as string[]).map(normalizeResponseType)
  checkSupported(metadata, server)
  checkUris(metadata)
  metadata.scope = checkScope(metadata.scope, server)
  if (metadata.scope === undefined) delete metadata.scope

  // From here on each member has the type it should have.
  const accepted = metadata as unknown as AcceptedMetadata & WithDefaults
  checkRedirectUris('post_logout_redirect_uris', accepted.post_logout_redirect_uris, accepted)
  checkRedirectUris('redirect_uris', accepted.redirect_uris, accepted)
  checkContacts(metadata.contacts)
  checkIntegers(metadata)
  if (accepted.response_types.length > 0 && accepted.redirect_uris.length === 0) {
    throw invalidMetadata('redirect_uris must contain members')
  }
  checkKeySet(metadata)
  return { ...accepted, grant_types: consistentGrantTypes(accepted) }
}

/** Whether the server makes a secret for a client that authenticates in this way. */
export function needsSecret({ token_endpoint_auth_method }: AcceptedMetadata): boolean {
  return !WITHOUT_SECRET.includes(token_endpoint_auth_method)
}

function checkPresence(metadata: Metadata): void {
  const { response_types, redirect_uris } = metadata
  if (Array.isArray(response_types) && response_types.length > 0) {
    if (!redirect_uris) throw invalidMetadata('redirect_uris is mandatory property')
  } else if (redirect_uris === undefined) {
    metadata.redirect_uris = []
  }
  const { token_endpoint_auth_method: method, jwks, jwks_uri } = metadata
  if (method === 'private_key_jwt' && !jwks && !jwks_uri) {
    throw invalidMetadata('jwks or jwks_uri is mandatory for this client')
  }
}

function checkContacts(contacts: unknown): void {
  if (Array.isArray(contacts) && !contacts.every((contact) => EMAIL.test(contact))) {
    throw invalidMetadata('contacts can only contain email addresses')
  }
}

/** RFC 7591 section 2.1: what the response types need is added, what they have no use for is taken away. */
function consistentGrantTypes({ grant_types, response_types }: AcceptedMetadata): string[] {
  const parts = new Set(response_types.flatMap((responseType) => responseType.split(' ')))
  const implicit = parts.has('token') || parts.has('id_token')
  const grants = new Set(grant_types)
  for (const [grant, wanted] of [
    ['authorization_code', parts.has('code')],
    ['implicit', implicit],
  ] as const) {
    if (wanted) grants.add(grant)
    else grants.delete(grant)
  }
  return [...grants]
}
