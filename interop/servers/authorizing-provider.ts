import Provider, { type Configuration } from 'oidc-provider'
import { configuration, type ProviderOptions } from '../../test/servers/oidc-provider.js'
import { listen } from './listen.js'

export interface AuthorizingProvider {
  readonly issuer: string
  /** What it was asked, in order: `POST /reg`. */
  readonly seen: string[]
  /** Whether a token of its own is good for this resource. */
  accepts(token: string, resource: string): Promise<boolean>
  /** As if its database had been lost: nobody is told. */
  forget(clientId: string): Promise<void>
  /** The access tokens that it has handed out are over; refresh tokens live on. */
  expireAccessTokens(): void
  close(): Promise<void>
}

/** An OpenID Provider whose users are whoever they say they are, and which hands out tokens for one scope. */
export async function startAuthorizingProvider(
  options: Pick<ProviderOptions, 'registration' | 'management'> & { scope: string },
): Promise<AuthorizingProvider> {
  const seen: string[] = []
  const expired = new Set<string>()
  const handedOut = new Set<string>()
  const common = configuration(options)
  const settings = {
    ...common,
    scopes: [...(common.scopes ?? []), options.scope],
    cookies: { keys: ['a-key-for-the-tests'] },
    // A client that may refresh gets a refresh token, as with most servers of MCP: without `offline_access`.
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    features: {
      ...common.features,
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: options.scope,
          audience: resource,
          accessTokenFormat: 'opaque',
        }),
      },
    },
  } satisfies Configuration
  let provider: Provider | undefined
  const { origin, close } = await listen((origin) => {
    provider = new Provider(origin, settings as Configuration)
    provider.on('access_token.saved', ({ jti }) => handedOut.add(jti))
    const handle = provider.callback()
    return (request, response) => {
      seen.push(`${request.method} ${new URL(request.url ?? '', origin).pathname}`)
      handle(request, response)
    }
  })
  return {
    issuer: origin,
    seen,
    async accepts(value, resource) {
      const token = await provider?.AccessToken.find(value)
      return Boolean(token?.isValid) && token?.aud === resource && !expired.has(token.jti)
    },
    async forget(clientId) {
      // The types know no adapter of a model, which each of them has.
      const { Client } = provider as unknown as {
        Client: { adapter: { destroy(id: string): Promise<void> } }
      }
      await Client.adapter.destroy(clientId)
    },
    expireAccessTokens() {
      for (const token of handedOut) expired.add(token)
    },
    close,
  }
}
