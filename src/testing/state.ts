import type { KeySet } from './options.js'
import type { Settings } from './settings.js'

/**
 * A registered client as the server holds it: exactly what a read would answer now
 * (RFC 7591 section 3.2.1), `client_secret` and the one valid `registration_access_token` among it.
 *
 * With `like`, what goes over the wire is what that system makes of it: the truth is here.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 section 3.2.1}
 */
export interface RegisteredClient {
  readonly client_id: string
  /** Seconds since 1970. */
  readonly client_id_issued_at: number
  readonly client_secret?: string
  /** Seconds since 1970; 0 = never. */
  readonly client_secret_expires_at?: number
  readonly registration_access_token?: string
  readonly registration_client_uri?: string
  readonly redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  readonly response_types: readonly string[]
  readonly token_endpoint_auth_method: string
  readonly token_endpoint_auth_signing_alg?: string
  /** Absent where the server does not know it: `like: 'hydra'`. */
  readonly application_type?: string
  /** Scopes, separated by single spaces. */
  readonly scope?: string
  /** Its public keys. Absent where it gave none, or `jwks_uri`. */
  readonly jwks?: KeySet
  readonly jwks_uri?: string
  readonly [member: string]: unknown
}

export interface AccessToken {
  readonly client_id: string
  readonly scope: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface State {
  /** Replaced on every change, never changed in place. */
  readonly clients: Map<string, RegisteredClient>
  readonly initialAccessTokens: Set<string>
  readonly accessTokens: Map<string, AccessToken>
  /** `iss` and `jti` of the client assertions seen. */
  readonly usedAssertions: Set<string>
}

export function createState(settings: Settings): State {
  return {
    clients: new Map(),
    initialAccessTokens: new Set(settings.initialAccessTokens),
    accessTokens: new Map(),
    usedAssertions: new Set(),
  }
}

export function resetState(state: State, settings: Settings): void {
  state.clients.clear()
  state.initialAccessTokens.clear()
  for (const token of settings.initialAccessTokens) state.initialAccessTokens.add(token)
  state.accessTokens.clear()
  state.usedAssertions.clear()
}

/** The client dies, and what was issued to it. */
export function removeClient(state: State, clientId: string): void {
  state.clients.delete(clientId)
  for (const [value, token] of state.accessTokens) {
    if (token.client_id === clientId) state.accessTokens.delete(value)
  }
}
