import { generateValue } from './generate-value.js'
import type { DiscoveryLayout, ReferenceServerOptions } from './options.js'
import { type Endpoints, endpointsOf, serverMetadata } from './server-metadata.js'

const DEFAULT_LAYOUTS: readonly DiscoveryLayout[] = [
  'oauth-authorization-server',
  'openid-configuration',
  'openid-configuration-inserted',
]

export interface Settings extends Required<ReferenceServerOptions> {
  readonly endpoints: Endpoints
}

export function resolveSettings(options: ReferenceServerOptions): Settings {
  const issuer = options.issuer ?? 'https://as.example.com'
  const endpoints = endpointsOf(issuer)
  return {
    issuer,
    endpoints,
    metadata: serverMetadata(issuer, endpoints, options.metadata),
    layouts: options.layouts ?? DEFAULT_LAYOUTS,
    registration: options.registration ?? 'open',
    initialAccessTokens: options.initialAccessTokens ?? [],
    singleUse: options.singleUse ?? false,
    tokenClients: options.tokenClients ?? [],
    // oidc-provider's lifetime of a client credentials token.
    accessTokenLifetime: options.accessTokenLifetime ?? 600,
    management: options.management ?? 'full',
    manageWith: options.manageWith ?? ['registration_access_token'],
    administratorTokens: options.administratorTokens ?? [],
    rotateOnUpdate: options.rotateOnUpdate ?? true,
    rotateOnRead: options.rotateOnRead ?? false,
    secretLifetime: options.secretLifetime ?? 0,
    renewSecretOnUpdate: options.renewSecretOnUpdate ?? false,
    // Looked up on each call, so that fake timers work.
    now: options.now ?? (() => Date.now()),
    generate: options.generate ?? generateValue,
  }
}

export function secondsNow(settings: Settings): number {
  return Math.floor(settings.now() / 1000)
}
