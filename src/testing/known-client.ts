import type { ServerContext } from './dialect.js'
import type { KeySet, TokenClient } from './options.js'
import { type Settings, secondsNow } from './settings.js'

/** What authentication and the token endpoint need of a client, registered or configured. */
export interface KnownClient {
  readonly client_id: string
  readonly client_secret?: string | undefined
  readonly client_secret_expires_at?: number | undefined
  readonly token_endpoint_auth_method: string
  readonly token_endpoint_auth_signing_alg?: string | undefined
  readonly grant_types: readonly string[]
  readonly scope?: string | undefined
  readonly jwks?: KeySet | undefined
  readonly jwks_uri?: string | undefined
}

export function findClient({ settings, state }: ServerContext, clientId: string): KnownClient | undefined {
  const configured = settings.tokenClients.find((client) => client.client_id === clientId)
  return configured ? fromTokenClient(configured, settings) : state.clients.get(clientId)
}

function fromTokenClient(client: TokenClient, settings: Settings): KnownClient {
  return {
    ...client,
    token_endpoint_auth_method: client.token_endpoint_auth_method ?? settings.tokenClientAuthMethod,
    grant_types: ['client_credentials'],
  }
}

export function secretMatches({ settings }: ServerContext, client: KnownClient, secret: string): boolean {
  const expiresAt = client.client_secret_expires_at ?? 0
  const expired = expiresAt !== 0 && secondsNow(settings) >= expiresAt
  return !expired && client.client_secret === secret
}
