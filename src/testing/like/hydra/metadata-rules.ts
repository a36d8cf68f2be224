import type { AcceptedMetadata, Members } from '../../dialect.js'
import { invalidRequest } from '../../refusal.js'
import { type Settings, secondsNow } from '../../settings.js'
import type { RegisteredClient } from '../../state.js'
import { ARRAYS, BOOLEANS, LIFESPANS, STRINGS } from './members.js'
import { badRequest, invalidClientMetadata } from './refusals.js'
import { checkAllowedOrigins, checkRedirectUris, checkWebUris } from './uri-rules.js'

/** Where the operator configured nothing else. */
const DEFAULTS = {
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'offline_access offline openid',
  subject_type: 'public',
  userinfo_signed_response_alg: 'none',
}

const KEPT = new Set([...STRINGS, ...ARRAYS, ...BOOLEANS, ...LIFESPANS, 'jwks'])

/** Judges in Hydra's order, then fills in the defaults: on an update as on a registration. */
export function acceptMetadata(
  requested: Members,
  settings: Settings,
  current?: RegisteredClient,
): AcceptedMetadata {
  checkNotChosen(requested)
  const set = Object.entries(requested).filter(([name, value]) => KEPT.has(name) && value !== '')
  const metadata: Members = { ...DEFAULTS, ...Object.fromEntries(set) }
  checkKeys(metadata)
  checkWebUris(metadata)
  checkAllowedOrigins(metadata.allowed_cors_origins)
  checkChoices(metadata, settings)
  checkRedirectUris(metadata)

  const now = dateNow(settings)
  return {
    redirect_uris: [],
    grant_types: [],
    response_types: [],
    created_at: current?.created_at ?? now,
    updated_at: now,
    ...metadata,
  } as unknown as AcceptedMetadata
}

/** RFC 3339, in whole seconds. */
export function dateNow(settings: Settings): string {
  return new Date(secondsNow(settings) * 1000).toISOString().replace('.000Z', 'Z')
}

function checkNotChosen(requested: Members): void {
  // There at all, be it empty or null.
  if (requested.metadata !== undefined) {
    throw invalidClientMetadata("'metadata' cannot be set for dynamic client registration")
  }
  if (requested.access_token_strategy) {
    throw badRequest('It is not allowed to choose your own access token strategy.')
  }
  const skipped = ['skip_consent', 'skip_logout_consent'].find((name) => requested[name] === true)
  if (skipped) throw invalidRequest(`'${skipped}' cannot be set for dynamic client registration`)
}

function checkKeys({ token_endpoint_auth_method: method, jwks, jwks_uri }: Members): void {
  // Its own `{}` for "none" may be sent back, since v25.4.0.
  const keys = (jwks as { keys?: unknown } | undefined)?.keys
  if (method === 'private_key_jwt' && keys === undefined && !jwks_uri) {
    throw invalidClientMetadata(
      "When token_endpoint_auth_method is 'private_key_jwt', either jwks or jwks_uri must be set.",
    )
  }
  if (jwks_uri && keys !== undefined) {
    throw invalidClientMetadata('Fields jwks and jwks_uri can not both be set, you must choose one.')
  }
  if (keys !== undefined && !(Array.isArray(keys) && keys.every((key) => typeof key?.kty === 'string'))) {
    throw invalidClientMetadata('Invalid JSON web key in set.')
  }
}

function checkChoices(metadata: Members, settings: Settings): void {
  const { userinfo_signed_response_alg: alg, subject_type: type } = metadata
  if (alg !== 'none' && alg !== 'RS256') {
    throw invalidClientMetadata("Field userinfo_signed_response_alg can either be 'none' or 'RS256'.")
  }
  const types = settings.metadata.subject_types_supported
  if (Array.isArray(types) && !types.includes(type)) {
    throw invalidClientMetadata(
      `Subject type ${type} is not supported by server, only [${types.join(' ')}] are allowed.`,
    )
  }
}
