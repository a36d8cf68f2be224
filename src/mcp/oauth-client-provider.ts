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
 * Gives an `OAuthClientProvider` of the MCP TypeScript SDK, version 1 or 2, the clients of an {@link McpRegistrar}: registered once for all
 * processes that share its store, kept with what manages them, renewed, and replaced when a server has forgotten them. Tokens, code
 * verifier, state and redirect stay your provider's.
 *
 * The SDK then registers nothing, and discovers nothing: an authorization URL takes three round trips where nothing is stored. Of
 * your provider `clientInformation`, `saveClientInformation` and the discovery state are not asked; a client that was registered by hand is
 * given by `options.preRegistered`. Where your provider keeps a discovery state, it is told which server the user was sent to, so that
 * the code goes to no other, whatever process gets it.
 *
 * A server that refuses the client at its token endpoint makes the SDK call `invalidateCredentials`, and start again, once: with
 * another client if the server no longer knows this one. Of a refusal at the authorization endpoint, which the user alone sees, call
 * `invalidateCredentials('client')`; without it, a user who is sent there again with nothing having come back is sent with a client of which the
 * server was asked first, where it can be (RFC 7592).
 *
 * @param resource - The URL of the MCP server, the same as the transport's.
 * @returns Your provider with the members replaced. Its methods reject with a {@link DcrError} where
 *   {@link McpRegistrar.ensureForResource} does, and with `issuer_mismatch` if a code came from another server than the one now in use.
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
  const wrapped = new Proxy(provider, {
    get(host, member) {
      if (Object.hasOwn(replaced, member)) return Reflect.get(replaced, member)
      if (Object.hasOwn(HIDDEN, member)) return undefined
      // With the provider itself as `this`: it may have private members.
      const value: unknown = Reflect.get(host, member, host)
      return typeof value === 'function' ? value.bind(host) : value
    },
  })
  return wrapped as unknown as WithRegistrar<Provider>
}
