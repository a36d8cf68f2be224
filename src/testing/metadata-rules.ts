import { checkKeySet } from './key-set-rules.js'
import { knownMembers, typeOfMember } from './metadata-members.js'
import { checkRedirectUris } from './redirect-uri-rules.js'
import { invalidMetadata } from './refusal.js'

/** Client metadata that passed every rule, with the server's defaults filled in. */
export interface AcceptedMetadata {
  readonly application_type: string
  readonly redirect_uris: readonly string[]
  readonly post_logout_redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  readonly response_types: readonly string[]
  readonly token_endpoint_auth_method: string
  readonly [member: string]: unknown
}

/** RFC 7591 section 2, OpenID Connect Registration section 2; a logout client has no redirect URIs unless it says so. */
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

/** Which member of the server's metadata bounds which member of a client's. */
const SUPPORTED: Readonly<Record<string, string>> = {
  default_acr_values: 'acr_values_supported',
  grant_types: 'grant_types_supported',
  id_token_signed_response_alg: 'id_token_signing_alg_values_supported',
  response_types: 'response_types_supported',
  subject_type: 'subject_types_supported',
  token_endpoint_auth_method: 'token_endpoint_auth_methods_supported',
}

const EMAIL = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*$/

const EITHER = new Intl.ListFormat('en', { type: 'disjunction' })

type Metadata = Record<string, unknown>

/**
 * Judges what was asked for, in oidc-provider's order, so that of two faults the same one is named.
 * Throws `invalid_redirect_uri` or `invalid_client_metadata`.
 */
export function acceptMetadata(requested: Metadata, server: Readonly<Metadata>): AcceptedMetadata {
  const metadata: Metadata = { ...structuredClone(DEFAULTS), ...knownMembers(requested) }
  checkPresence(metadata)
  for (const [name, value] of Object.entries(metadata)) metadata[name] = checkType(name, value)
  metadata.response_types = (metadata.response_types as string[]).map(normalizeResponseType)
  checkSupported(metadata, server)
  checkUris(metadata)
  metadata.scope = checkScope(metadata.scope, server)
  if (metadata.scope === undefined) delete metadata.scope

  // From here on each member has the type it should have.
  const accepted = metadata as unknown as AcceptedMetadata
  checkRedirectUris(accepted, 'post_logout_redirect_uris')
  checkRedirectUris(accepted, 'redirect_uris')
  checkContacts(metadata.contacts)
  if (accepted.response_types.length > 0 && accepted.redirect_uris.length === 0) {
    throw invalidMetadata('redirect_uris must contain members')
  }
  checkKeySet(metadata)
  return { ...accepted, grant_types: consistentGrantTypes(accepted) }
}

/** Whether the server makes a secret for a client that authenticates in this way. */
export function needsSecret({ token_endpoint_auth_method }: AcceptedMetadata): boolean {
  return token_endpoint_auth_method !== 'none' && token_endpoint_auth_method !== 'private_key_jwt'
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

function checkType(name: string, value: unknown): unknown {
  switch (typeOfMember(name)) {
    case 'boolean':
      if (typeof value !== 'boolean') throw invalidMetadata(`${name} must be a boolean`)
      return value
    case 'integer':
      if (Number.isSafeInteger(value) && (value as number) >= 0) return value
      throw invalidMetadata(`${name} must be a non-negative integer`)
    case 'array':
      if (!Array.isArray(value)) throw invalidMetadata(`${name} must be an array`)
      if (value.every(isNonEmptyString)) return [...new Set(value)]
      throw invalidMetadata(`${name} must only contain strings`)
    case 'string':
    case 'web uri':
    case 'https uri':
      if (isNonEmptyString(value)) return value
      throw invalidMetadata(`${name} must be a non-empty string if provided`)
    default:
      return value
  }
}

function isNonEmptyString(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** Response types are sets: `id_token code` is `code id_token`. */
function normalizeResponseType(responseType: string): string {
  return [...new Set(responseType.split(' '))].sort().join(' ')
}

function checkSupported(metadata: Metadata, server: Readonly<Metadata>): void {
  checkAmong('application_type', metadata.application_type, ['native', 'web'])
  for (const [name, bound] of Object.entries(SUPPORTED)) {
    const supported = server[bound]
    if (metadata[name] === undefined || !Array.isArray(supported)) continue
    checkAmong(
      name,
      metadata[name],
      name === 'response_types' ? supported.map(normalizeResponseType) : supported,
    )
  }
  const { token_endpoint_auth_signing_alg: alg, token_endpoint_auth_method: method } = metadata
  if (alg === undefined) return
  const supported = server.token_endpoint_auth_signing_alg_values_supported
  const fitting = (Array.isArray(supported) ? supported : [alg]).filter((value) =>
    String(value).startsWith('HS') ? method === 'client_secret_jwt' : method === 'private_key_jwt',
  )
  checkAmong('token_endpoint_auth_signing_alg', alg, fitting)
}

function checkAmong(name: string, value: unknown, supported: readonly unknown[]): void {
  if ([value].flat().every((one) => supported.includes(one))) return
  if (supported.length === 0) throw invalidMetadata(`${name} must not be provided (no values are allowed)`)
  const list = EITHER.format(supported.map((one) => `'${one}'`))
  throw invalidMetadata(`${name} ${Array.isArray(value) ? 'can only contain' : 'must be'} ${list}`)
}

function checkUris(metadata: Metadata): void {
  for (const [name, value] of Object.entries(metadata)) {
    const type = typeOfMember(name)
    if (type !== 'web uri' && type !== 'https uri') continue
    const allowed = type === 'https uri' ? ['https:'] : ['https:', 'http:']
    if (!URL.canParse(String(value)) || !allowed.includes(new URL(String(value)).protocol)) {
      throw invalidMetadata(`${name} must be a ${type}`)
    }
  }
}

function checkScope(scope: unknown, server: Readonly<Metadata>): string | undefined {
  if (typeof scope !== 'string') return undefined
  const scopes = [...new Set(scope.split(' '))]
  const supported = server.scopes_supported
  if (Array.isArray(supported) && !scopes.every((value) => supported.includes(value))) {
    throw invalidMetadata('scope must only contain Authorization Server supported scope values')
  }
  return scopes.join(' ')
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
