import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type Provider from 'oidc-provider'
import type { Configuration } from 'oidc-provider'

/** A client of the token endpoint that may ask for the scope `register`. */
export const registrar = { client_id: 'registrar', client_secret: 'registrar-secret-0123456789abcdef' }

export interface ProviderOptions {
  /** Who may register: anyone, the holder of this initial access token, or of an access token for `register`. */
  registration?: 'open' | 'token' | { initialAccessToken: string }
  /** Whether clients can be read, PUT and DELETE exist, and the registration access token changes with each update. */
  management?: 'none' | 'read' | 'rotating' | 'fixed'
  /** A path at which the provider is mounted; its issuer then has that path. */
  path?: string
  /** Where the provider keeps what it knows. Default: in memory. */
  adapter?: Configuration['adapter']
  /** With what it is an https server. Default: it is an http one. */
  tls?: { cert: string; key: string }
  /** A loopback port. Default: a free one. */
  port?: number
  /** Clients that may ask the token endpoint for the scope `register`, beside the registrar. */
  tokenClients?: readonly TokenClient[]
}

interface TokenClient {
  readonly client_id: string
  readonly client_secret?: string
  /** Its public keys, for `private_key_jwt`. */
  readonly jwks?: { readonly keys: readonly object[] }
  readonly token_endpoint_auth_method?:
    | 'client_secret_basic'
    | 'client_secret_post'
    | 'client_secret_jwt'
    | 'private_key_jwt'
}

export interface RunningProvider {
  readonly issuer: string
  readonly provider: Provider
  close(): Promise<void>
}

/** A real OpenID Provider on a free loopback port. */
export async function startProvider({
  path = '',
  port = 0,
  adapter,
  tls,
  ...options
}: ProviderOptions = {}): Promise<RunningProvider> {
  const server = tls ? createTlsServer(tls) : createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}${path}`

  const { default: Provider } = await withoutNotices(() => import('oidc-provider'))
  const provider = await withoutNotices(
    () => new Provider(issuer, { ...configuration(options), ...(adapter && { adapter }) }),
  )
  if (options.registration === 'token') guardRegistration(provider)
  const handle = provider.callback()
  server.on('request', (request, response) => {
    // What a framework's router does when it mounts the provider below a path.
    const url = request.url ?? ''
    const mounted = url.startsWith(path) ? url.slice(path.length) : url
    handle(Object.assign(request, { originalUrl: url, url: mounted }), response)
  })
  return {
    issuer,
    provider,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** It warns of what it is here: a server for development that keeps everything in memory. */
async function withoutNotices<T>(run: () => T | Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = () => {}
  try {
    return await run()
  } finally {
    console.warn = warn
  }
}

/** What an OpenID Provider is configured with to offer that. */
export function configuration({
  registration = 'open',
  management = 'rotating',
  tokenClients = [],
}: Pick<ProviderOptions, 'registration' | 'management' | 'tokenClients'>): Configuration {
  const initialAccessToken = typeof registration === 'object' ? registration.initialAccessToken : false
  return {
    clients: [registrar, ...tokenClients].map((client) => ({
      token_endpoint_auth_method: 'client_secret_basic',
      ...client,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: 'register',
    })),
    scopes: ['openid', 'offline_access', 'register'],
    clientAuthMethods: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
    ],
    // Each of them is said aloud where it is left to the default.
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: {
      ...{ AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600 },
      ...{ RefreshToken: 600, RegistrationAccessToken: 3600, Session: 600 },
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: {
        enabled: true,
        initialAccessToken,
        issueRegistrationAccessToken: management !== 'none',
      },
      registrationManagement: {
        enabled: management === 'rotating' || management === 'fixed',
        rotateRegistrationAccessToken: management === 'rotating',
      },
    },
  } as Configuration
}

/** Protects the registration endpoint as a resource: RFC 7591 §3 leaves the kind of token to the server. */
function guardRegistration(provider: Provider): void {
  provider.use(async (context, next) => {
    if (context.method === 'POST' && context.path === '/reg') {
      const token = /^Bearer (.+)$/i.exec(context.get('authorization'))?.[1] ?? ''
      const found = await provider.ClientCredentials.find(token)
      if (!found?.isValid || !found.scope?.split(' ').includes('register')) {
        context.status = 401
        context.set('www-authenticate', `Bearer realm="${provider.issuer}", error="invalid_token"`)
        context.body = {
          error: 'invalid_token',
          error_description: 'an access token with the scope register is needed',
        }
        return
      }
    }
    await next()
  })
}
