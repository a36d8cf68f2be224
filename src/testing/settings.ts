import { type EndpointPaths, type Endpoints, endpointsOf } from './endpoints.js'
import { generateValue } from './generate-value.js'
import type { DiscoveryLayout, ReferenceServerOptions } from './options.js'

/** How a server is where no option says otherwise. */
export interface Defaults {
  readonly paths: EndpointPaths
  readonly metadata: (issuer: string, endpoints: Endpoints) => Readonly<Record<string, unknown>>
  /** Of the clients in `tokenClients`. */
  readonly tokenClientAuthMethod: string
  readonly options?: Omit<ReferenceServerOptions, 'like' | 'metadata'>
}

export interface Settings extends Required<Omit<ReferenceServerOptions, 'like'>> {
  readonly endpoints: Endpoints
  readonly tokenClientAuthMethod: string
}

const LAYOUTS: readonly DiscoveryLayout[] = [
  'oauth-authorization-server',
  'openid-configuration',
  'openid-configuration-inserted',
]

const OPTIONS: Required<Omit<ReferenceServerOptions, 'like' | 'metadata'>> = {
  issuer: 'https://as.example.com',
  layouts: LAYOUTS,
  registration: 'open',
  initialAccessTokens: [],
  singleUse: false,
  tokenClients: [],
  // oidc-provider's lifetime of a client credentials token.
  accessTokenLifetime: 600,
  management: 'full',
  manageWith: ['registration_access_token'],
  administratorTokens: [],
  rotateOnUpdate: true,
  rotateOnRead: false,
  secretLifetime: 0,
  renewSecretOnUpdate: false,
  errors: 'own',
  // Looked up on each call, so that fake timers work.
  now: () => Date.now(),
  generate: generateValue,
}

export function resolveSettings(given: ReferenceServerOptions, defaults: Defaults): Settings {
  const options = { ...OPTIONS, ...defaults.options, ...withoutUndefined(given) }
  const endpoints = endpointsOf(options.issuer, defaults.paths)
  const metadata = withoutUndefined({
    ...defaults.metadata(options.issuer, endpoints),
    ...(options.registration === 'disabled' && { registration_endpoint: undefined }),
    ...given.metadata,
  })
  return { ...options, metadata, endpoints, tokenClientAuthMethod: defaults.tokenClientAuthMethod }
}

export function secondsNow(settings: Settings): number {
  return Math.floor(settings.now() / 1000)
}

function withoutUndefined<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}
