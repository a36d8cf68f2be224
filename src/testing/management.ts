import { type Answer, jsonAnswer } from './answer.js'
import { type IncomingRequest, readJsonObject } from './incoming-request.js'
import { authorizeManagement } from './management-access.js'
import { acceptMetadata, needsSecret } from './metadata-rules.js'
import { invalidRequest } from './refusal.js'
import { newSecret } from './registration.js'
import { type RegisteredClient, removeClient, type ServerContext } from './state.js'

/** RFC 7592 section 2.2: what a client must not send back. */
const SERVER_MADE = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
]

/** RFC 7592 section 2.1. */
export function readClient(server: ServerContext, request: IncomingRequest): Answer {
  const client = authorizeManagement(server, request)
  return answerWith(server, server.settings.rotateOnRead ? rotated(server, client) : client)
}

/** RFC 7592 section 2.2: what is left out is gone. */
export function updateClient(server: ServerContext, request: IncomingRequest): Answer {
  const client = authorizeManagement(server, request)
  const body = readJsonObject(request, 'client update request must be a JSON object')
  checkServerMade(body, client)
  const requested = Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== null && value !== ''),
  )
  const metadata = acceptMetadata(requested, server.settings.metadata)
  const updated = {
    ...metadata,
    ...kept(client),
    ...((client.client_secret === undefined ? needsSecret(metadata) : server.settings.renewSecretOnUpdate) &&
      newSecret(server)),
  }
  return answerWith(server, server.settings.rotateOnUpdate ? rotated(server, updated) : updated)
}

/** RFC 7592 section 2.3. */
export function deleteClient(server: ServerContext, request: IncomingRequest): Answer {
  const client = authorizeManagement(server, request)
  removeClient(server.state, client.client_id)
  return { status: 204, headers: { 'cache-control': 'no-store' } }
}

function answerWith({ state }: ServerContext, client: RegisteredClient): Answer {
  state.clients.set(client.client_id, client)
  return jsonAnswer(200, client)
}

function rotated({ settings }: ServerContext, client: RegisteredClient): RegisteredClient {
  if (client.registration_access_token === undefined) return client
  return { ...client, registration_access_token: settings.generate('registration_access_token') }
}

function checkServerMade(body: Readonly<Record<string, unknown>>, client: RegisteredClient): void {
  const forbidden = SERVER_MADE.find((name) => body[name] !== undefined)
  if (forbidden) throw invalidRequest(`request MUST NOT include the ${forbidden} field`)
  if (body.client_id !== client.client_id) {
    throw invalidRequest("provided client_id does not match the authenticated client's one")
  }
  if ('client_secret' in body && (body.client_secret ?? '') !== (client.client_secret ?? '')) {
    throw invalidRequest("provided client_secret does not match the authenticated client's one")
  }
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
