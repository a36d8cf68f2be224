import { clientMembers, type WithRegistrarOptions } from './client-members.js'
import type { HiddenMembers, HostProvider, WithRegistrar } from './host-provider.js'
import type { McpRegistrar } from './mcp-registrar.js'

export type { WithRegistrarOptions } from './client-members.js'

const HIDDEN: Required<Record<keyof HiddenMembers, true>> = {
  saveClientInformation: true,
  clientMetadataUrl: true,
  saveDiscoveryState: true,
}

/**
 * Gives an `OAuthClientProvider` of the MCP TypeScript SDK, version 1 or 2, the clients of an {@link McpRegistrar}: registered
 * once for all processes that share its store, kept with what manages them, renewed, and replaced when a server has forgotten
 * them. Tokens, code verifier, state and redirect stay your provider's.
 *
 * The SDK then registers nothing and discovers nothing: an authorization URL takes three round trips where nothing is stored.
 * Your provider is not asked for a client; one that was registered by hand is given by `options.preRegistered`. If it has
 * `saveDiscoveryState` and `discoveryState`, it keeps which server the user was sent to, so that the code goes to no other,
 * whatever process gets it.
 *
 * When a token endpoint refuses the client, the SDK calls `invalidateCredentials` and starts again, once: with another client if
 * the server no longer knows this one. A refusal at the authorization endpoint is seen by the user alone: call
 * `invalidateCredentials('client')` where you learn of it. Without that, a user who was sent there, came back with nothing and is
 * sent again gets a client that the server was asked about first, where it can be (RFC 7592).
 *
 * @param resource - The URL of the MCP server, the same as the transport's.
 * @returns Your provider with these members replaced. They reject with a `DcrError` where
 *   {@link McpRegistrar.ensureForResource} does, and with `issuer_mismatch` if a code is from another server than the one in use.
 *
 * @example
 * const registrar = new McpRegistrar({ store: fileStore() })
 * const authProvider = withRegistrar(new MyProvider(), registrar, url)
 * const transport = new StreamableHTTPClientTransport(url, { authProvider, fetch: authProvider.fetch })
 *
 * @see MCP 2025-11-25, "Authorization"; RFC 9728, RFC 7591
 */
export function withRegistrar<Provider extends HostProvider>(
  provider: Provider,
  registrar: McpRegistrar,
  resource: string | URL,
  options: WithRegistrarOptions = {},
): WithRegistrar<Provider> {
  const replaced = clientMembers(provider, registrar, resource, options)
  // Not of the provider itself: what is frozen could not be replaced.
  const wrapped = new Proxy(Object.create(null), {
    get(_, member) {
      if (Object.hasOwn(replaced, member)) return Reflect.get(replaced, member)
      if (Object.hasOwn(HIDDEN, member)) return undefined
      // With the provider as `this`: it may have private members.
      const value: unknown = Reflect.get(provider, member, provider)
      return typeof value === 'function' ? value.bind(provider) : value
    },
    set: (_, member, value) => Reflect.set(provider, member, value, provider),
    has: (_, member) => member in replaced || member in provider,
  })
  return wrapped
}
