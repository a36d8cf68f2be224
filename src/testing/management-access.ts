import { basicCredentials, type ClientCredentials } from './basic-credentials.js'
import { bearerToken } from './bearer-token.js'
import type { ServerContext } from './dialect.js'
import type { IncomingRequest } from './incoming-request.js'
import { secretMatches } from './known-client.js'
import { invalidClient, invalidRequest, invalidToken } from './refusal.js'
import type { RegisteredClient } from './state.js'

/** Who may read, update or delete the client that the URL names. */
export function authorizeManagement(server: ServerContext, request: IncomingRequest): RegisteredClient {
  const { settings, state } = server
  const client = namedClient(server, request)
  const bySecret = settings.manageWith.includes('client_secret')
  const credentials = bySecret ? clientCredentials(request) : undefined
  if (credentials) return authenticated(server, client, credentials)

  const byToken = settings.manageWith.includes('registration_access_token')
  const token = bearerToken(request, bySecret && !byToken ? 'Basic' : 'Bearer')
  if (settings.management === 'none') throw invalidToken()
  if (client && settings.administratorTokens.includes(token)) return client
  const owner = [...state.clients.values()].find((other) => other.registration_access_token === token)
  if (!owner) throw invalidToken()
  if (owner !== client) {
    // As oidc-provider has it: who tries a token on another client's URL loses it.
    const { registration_access_token, ...withoutToken } = owner
    state.clients.set(owner.client_id, withoutToken as RegisteredClient)
    throw invalidToken()
  }
  return client
}

/** The client whose configuration endpoint was called. */
export function namedClient(server: ServerContext, { url }: IncomingRequest): RegisteredClient | undefined {
  return server.state.clients.get(clientIdOf(server, url))
}

function clientIdOf({ settings }: ServerContext, url: URL): string {
  const encoded = url.href.split(/[?#]/, 1)[0]?.slice(settings.endpoints.register.length + 1) ?? ''
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

interface PresentedCredentials extends ClientCredentials {
  readonly method: 'client_secret_basic' | 'client_secret_post'
}

/** In the header or in the query, as `manageWith: ['client_secret']` allows. */
export function clientCredentials({ headers, url }: IncomingRequest): PresentedCredentials | undefined {
  const authorization = headers.get('authorization')
  const client_id = url.searchParams.get('client_id')
  const client_secret = url.searchParams.get('client_secret')
  const inQuery = client_id !== null || client_secret !== null
  if (authorization !== null && inQuery) {
    throw invalidRequest('client authentication must only be provided using one mechanism')
  }
  if (authorization !== null && /^basic /i.test(authorization)) {
    return { ...basicCredentials(authorization), method: 'client_secret_basic' }
  }
  if (!inQuery) return undefined
  return {
    client_id: client_id ?? '',
    client_secret: client_secret ?? '',
    method: 'client_secret_post',
  }
}

function authenticated(
  server: ServerContext,
  client: RegisteredClient | undefined,
  { method, client_id, client_secret }: PresentedCredentials,
): RegisteredClient {
  const proven =
    server.settings.management !== 'none' &&
    client?.client_id === client_id &&
    client.token_endpoint_auth_method === method &&
    secretMatches(server, client, client_secret)
  if (!proven) throw invalidClient(true)
  return client
}
