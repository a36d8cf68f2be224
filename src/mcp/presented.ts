import type { DiscoveryState, PresentedClient } from './host-provider.js'
import type { EnsuredForResource } from './identification.js'

/** What there is to discover of a resource and its server, as the SDKs keep it. */
export function discoveryStateOf({ server, resource, scope }: EnsuredForResource): DiscoveryState {
  return {
    authorizationServerUrl: server.issuer,
    authorizationServerMetadata: {
      ...server,
      // What each of them needs of a server; one that leaves it out has it all the same (RFC 6749 §4.1).
      response_types_supported: server.response_types_supported ?? ['code'],
    } as DiscoveryState['authorizationServerMetadata'],
    resourceMetadata: {
      resource,
      authorization_servers: [server.issuer],
      ...(scope !== undefined && { scopes_supported: scope.split(' ') }),
    },
  }
}

/** A client with what proves to a token endpoint that it is this one, and no more. */
export function presented({ client, server }: EnsuredForResource): PresentedClient {
  const { client_id, client_secret, client_id_issued_at, client_secret_expires_at } = client
  const { token_endpoint_auth_method } = client
  return {
    client_id,
    ...(client_secret !== undefined && { client_secret }),
    ...(client_id_issued_at !== undefined && { client_id_issued_at }),
    ...(client_secret_expires_at !== undefined && { client_secret_expires_at }),
    ...(token_endpoint_auth_method !== undefined && { token_endpoint_auth_method }),
    issuer: server.issuer,
  }
}
