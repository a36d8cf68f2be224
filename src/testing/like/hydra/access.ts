import type { ServerContext } from '../../dialect.js'
import type { IncomingRequest } from '../../incoming-request.js'
import { secretMatches } from '../../known-client.js'
import { clientCredentials, namedClient } from '../../management-access.js'
import type { RegisteredClient } from '../../state.js'
import { unauthorized } from './refusals.js'

/** Tokens begin with it, and are good without it too. */
export const TOKEN_PREFIX = 'ory_at_'

/**
 * The registration access token, as in every release; with `manageWith: ['client_secret']` the client's own credentials,
 * as Hydra's API documentation has it.
 */
export function authorizeManagement(server: ServerContext, request: IncomingRequest): RegisteredClient {
  const { manageWith, management } = server.settings
  const client = namedClient(server, request)
  const authorized =
    client &&
    management !== 'none' &&
    ((manageWith.includes('registration_access_token') && holdsToken(client, request)) ||
      (manageWith.includes('client_secret') && authenticates(server, client, request)))
  if (!authorized) throw unauthorized()
  return client
}

function holdsToken(client: RegisteredClient, request: IncomingRequest): boolean {
  const expected = client.registration_access_token
  return expected !== undefined && withoutPrefix(presentedToken(request)) === withoutPrefix(expected)
}

function presentedToken({ headers, url }: IncomingRequest): string {
  const [, token] = /^bearer (.*)$/i.exec(headers.get('authorization') ?? '') ?? []
  return token ?? url.searchParams.get('access_token') ?? ''
}

function withoutPrefix(token: string): string {
  return token.startsWith(TOKEN_PREFIX) ? token.slice(TOKEN_PREFIX.length) : token
}

function authenticates(server: ServerContext, client: RegisteredClient, request: IncomingRequest): boolean {
  const credentials = clientCredentials(request)
  return (
    credentials !== undefined &&
    credentials.client_id === client.client_id &&
    credentials.method === client.token_endpoint_auth_method &&
    secretMatches(server, client, credentials.client_secret)
  )
}
