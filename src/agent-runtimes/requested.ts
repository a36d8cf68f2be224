import { differences } from '../metadata/differences.js'
import type { ClientInformation } from '../types.js'
import type {
  AuthorizationServerMetadata,
  ClientRegistrationRequest,
  DynamicClient,
  DynamicClientOptions,
} from './types.js'
import { isAppRedirect } from './urls.js'

const DEFAULT_NAME = 'Agent Runtimes Client'

/** What is sent to a server for what the caller asked for. */
export function registrationRequest(
  { clientName, redirectUris, scopes = [], tokenEndpointAuthMethod }: DynamicClientOptions,
  server: Partial<AuthorizationServerMetadata>,
): ClientRegistrationRequest {
  return {
    redirect_uris: [...redirectUris],
    client_name: clientName || DEFAULT_NAME,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: tokenEndpointAuthMethod ?? usableMethod(server),
    ...(redirectUris.length > 0 && redirectUris.every(isAppRedirect) && { application_type: 'native' }),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  }
}

/**
 * A public client, unless the server says that it knows none. A server without the list is taken at its silence, as
 * many leave it out that do register public clients, although RFC 8414 §2 reads that as `client_secret_basic`.
 */
function usableMethod({
  token_endpoint_auth_methods_supported: supported,
}: Partial<AuthorizationServerMetadata>) {
  const methods = ['none', 'client_secret_basic', 'client_secret_post'] as const
  return (Array.isArray(supported) && methods.find((method) => supported.includes(method))) || 'none'
}

/** Whether a stored client is the one that would be asked for: what was granted is the server's to choose. */
export function fits(client: DynamicClient, options: DynamicClientOptions): boolean {
  // The original asked every server for a public client, whatever its metadata said.
  const server = (client.requested && client.serverMetadata) || {}
  return same(registrationRequest(options, server), requestOf(client))
}

/** Whether two stored clients were asked for alike. */
export function sameRequest(one: DynamicClient, other: DynamicClient): boolean {
  return same(requestOf(one), requestOf(other))
}

type Requested = Partial<ClientRegistrationRequest>

/** What the original module stores as redirect URIs and scopes is what it asked for. */
export function requestOf({ requested, redirectUris, scopes }: DynamicClient): Requested {
  if (requested) return requested
  return {
    redirect_uris: redirectUris,
    token_endpoint_auth_method: 'none',
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  }
}

function same(one: Requested, other: Requested): boolean {
  const { redirect_uris = null, scope = null, token_endpoint_auth_method = null } = one
  const wanted = { redirect_uris, scope, token_endpoint_auth_method }
  // The original does not store the name it asked for.
  const named = one.client_name !== undefined && other.client_name !== undefined
  return (
    (!named || one.client_name === other.client_name) &&
    differences(wanted, other as ClientInformation).length === 0
  )
}
