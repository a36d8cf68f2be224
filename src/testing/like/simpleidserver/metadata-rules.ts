import type { AcceptedMetadata, Members } from '../../dialect.js'
import { Refusal } from '../../refusal.js'
import type { Settings } from '../../settings.js'
import type { RegisteredClient } from '../../state.js'
import { checkAlgorithms } from './algorithm-rules.js'
import { isTranslation } from './members.js'
import { checkRedirectUris, checkUris } from './uri-rules.js'

/** What it fills in, on an update as on a registration. */
const DEFAULTS = {
  grant_types: ['authorization_code'],
  response_types: ['code'],
  redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_post',
  contacts: [],
  // Seconds.
  token_expiration_time_seconds: 1800,
  refresh_token_expiration_time_seconds: 1800,
  jwks: { keys: [] },
  token_signed_response_alg: 'RS256',
  token_encrypted_response_alg: 'RSA1_5',
  token_encrypted_response_enc: 'A128CBC-HS256',
  post_logout_redirect_uris: [],
  preferred_token_profile: 'Bearer',
  subject_type: 'public',
  id_token_signed_response_alg: 'RS256',
  backchannel_user_code_parameter: false,
  frontchannel_logout_session_required: false,
  backchannel_logout_session_required: false,
  tls_client_certificate_bound_access_token: false,
  application_type: 'web',
  require_auth_time: false,
  authorization_signed_response_alg: 'RS256',
  authorization_data_types: [],
  is_consent_disabled: false,
  default_acr_values: [],
}

type Metadata = Members & AcceptedMetadata

/** The grant type of a response type. */
const GRANTS: Readonly<Record<string, string>> = {
  code: 'authorization_code',
  token: 'implicit',
  id_token: 'implicit',
}

export function acceptMetadata(
  requested: Members,
  settings: Settings,
  current?: RegisteredClient,
): AcceptedMetadata {
  const set = Object.entries(requested).filter(([name, value]) => !isEmpty(name, value))
  const metadata: Metadata = {
    ...DEFAULTS,
    ...(current ? keptFrom(current) : datesOf(settings)),
    ...Object.fromEntries(set),
    scope: grantedScope(requested.scope, settings),
  }
  checkSupported(metadata, settings)
  checkUris(metadata)
  const needsRedirect = checkResponseTypes(metadata)
  checkAlgorithms(metadata)
  if (needsRedirect) checkRedirectUris(metadata)
  return metadata
}

function invalidMetadata(description: string): Refusal {
  return new Refusal(400, 'invalid_client_metadata', description)
}

function isEmpty(name: string, value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return ['grant_types', 'response_types'].includes(name) && (value as unknown[]).length === 0
}

/** No update touches the translations, and none the dates. */
function keptFrom(current: RegisteredClient): Members {
  const kept = (name: string) => isTranslation(name) || name.endsWith('_datetime')
  return Object.fromEntries(Object.entries(current).filter(([name]) => kept(name)))
}

/** .NET counts ten million ticks a second, and drops zeros at the end: the last four digits are made up. */
function datesOf(settings: Settings): Members {
  const now = new Date(settings.now()).toISOString()
  return {
    update_datetime: now.replace('Z', '7511Z'),
    create_datetime: now.replace('Z', '6061Z'),
  }
}

/** In the server's order, and without those it does not know. */
function grantedScope(scope: unknown, { metadata }: Settings): string {
  const asked = new Set(String(scope ?? '').split(/\s+/))
  const known = metadata.scopes_supported
  const granted = Array.isArray(known) ? known.filter((one) => asked.has(one)) : [...asked]
  return granted.join(' ').trim()
}

function checkSupported(metadata: Metadata, { metadata: server }: Settings): void {
  const unsupported = metadata.grant_types.filter((one) => !supports(server.grant_types_supported, one))
  if (unsupported.length > 0) throw invalidMetadata(`grant types ${unsupported} are not supported`)
  const { token_endpoint_auth_method: method } = metadata
  if (!supports(server.token_endpoint_auth_methods_supported, method)) {
    throw invalidMetadata(`unknown authentication method : ${method}`)
  }
  if (!['web', 'native'].includes(String(metadata.application_type))) {
    throw invalidMetadata('application type is invalid')
  }
  if (!supports(server.subject_types_supported, metadata.subject_type)) {
    throw invalidMetadata('subject_type is invalid')
  }
}

function supports(list: unknown, value: unknown): boolean {
  return !Array.isArray(list) || list.includes(value)
}

/** Whether one of the grants has an answer to be sent somewhere. */
function checkResponseTypes({ grant_types, response_types }: Metadata): boolean {
  const grants = grant_types.filter((grant) => Object.values(GRANTS).includes(grant))
  if (grants.length === 0) return false
  const unsupported = response_types.filter((type) => !grants.includes(GRANTS[type] ?? ''))
  if (unsupported.length > 0) throw invalidMetadata(`response types ${unsupported} are not supported`)
  const without = grants.find((grant) => !response_types.some((type) => GRANTS[type] === grant))
  if (without) throw invalidMetadata(`valid response type must be passed for the grant type ${without}`)
  return true
}
