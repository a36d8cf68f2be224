import type { Answer } from './answer.js'
import type { Members, ServerContext } from './dialect.js'
import type { IncomingRequest } from './incoming-request.js'
import { newSecret } from './registration.js'
import { type RegisteredClient, removeClient } from './state.js'

/** RFC 7592 section 2.1. */
export function readClient(server: ServerContext, request: IncomingRequest): Answer {
  const client = server.dialect.authorizeManagement(server, request)
  return answerWith(server, 'read', server.settings.rotateOnRead ? rotated(server, client) : client)
}

/** RFC 7592 section 2.2: what is left out is gone. */
export function updateClient(server: ServerContext, request: IncomingRequest): Answer {
  const { dialect, settings } = server
  const client = dialect.authorizeManagement(server, request)
  const requested = dialect.readUpdate(request, client)
  const metadata = dialect.accept(requested, settings, client)
  const updated = {
    ...metadata,
    ...kept(client),
    ...(dialect.needsNewSecret(metadata, settings, client) && newSecret(server)),
  }
  return answerWith(server, 'update', settings.rotateOnUpdate ? rotated(server, updated) : updated, requested)
}

/** RFC 7592 section 2.3. */
export function deleteClient(server: ServerContext, request: IncomingRequest): Answer {
  const client = server.dialect.authorizeManagement(server, request)
  removeClient(server.state, client.client_id)
  return { status: 204, headers: { 'cache-control': 'no-store' } }
}

function answerWith(
  { dialect, settings, state }: ServerContext,
  operation: 'read' | 'update',
  client: RegisteredClient,
  requested?: Members,
): Answer {
  state.clients.set(client.client_id, client)
  return dialect.describeClient(client, { operation, settings, ...(requested && { requested }) })
}

function rotated({ settings }: ServerContext, client: RegisteredClient): RegisteredClient {
  if (client.registration_access_token === undefined) return client
  return { ...client, registration_access_token: settings.generate('registration_access_token') }
}

/** What no update changes. */
function kept(client: RegisteredClient) {
  const { client_id, client_id_issued_at, client_secret, client_secret_expires_at } = client
  const { registration_access_token, registration_client_uri } = client
  return {
    client_id,
    client_id_issued_at,
    ...(client_secret !== undefined && { client_secret }),
    ...(client_secret_expires_at !== undefined && { client_secret_expires_at }),
    ...(registration_access_token !== undefined && { registration_access_token }),
    ...(registration_client_uri !== undefined && { registration_client_uri }),
  }
}
