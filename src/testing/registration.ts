import { type Answer, jsonAnswer } from './answer.js'
import { type IncomingRequest, readJsonObject } from './incoming-request.js'
import { type AcceptedMetadata, acceptMetadata, needsSecret } from './metadata-rules.js'
import { authorizeRegistration } from './registration-access.js'
import { secondsNow } from './settings.js'
import type { RegisteredClient, ServerContext } from './state.js'

/** RFC 7591 section 3.1 and 3.2. */
export function register(server: ServerContext, request: IncomingRequest): Answer {
  const requested = readJsonObject(request, 'client registration request must be a JSON object')
  const spend = authorizeRegistration(server, request)
  const { settings, state } = server
  const client = newClient(server, acceptMetadata(requested, settings.metadata))
  state.clients.set(client.client_id, client)
  spend()
  return jsonAnswer(201, client)
}

/** What the server makes for a secret: RFC 7591 section 3.2.1 wants both or neither. */
export function newSecret({ settings }: ServerContext): {
  client_secret: string
  client_secret_expires_at: number
} {
  const { generate, secretLifetime } = settings
  return {
    client_secret: generate('client_secret'),
    client_secret_expires_at: secretLifetime === 0 ? 0 : secondsNow(settings) + secretLifetime,
  }
}

function newClient(server: ServerContext, metadata: AcceptedMetadata): RegisteredClient {
  const { management, manageWith, generate, endpoints } = server.settings
  const client_id = generate('client_id')
  const managed = management !== 'none'
  return {
    ...metadata,
    client_id,
    client_id_issued_at: secondsNow(server.settings),
    ...(needsSecret(metadata) && newSecret(server)),
    ...(managed && { registration_client_uri: `${endpoints.register}/${encodeURIComponent(client_id)}` }),
    ...(managed &&
      manageWith.includes('registration_access_token') && {
        registration_access_token: generate('registration_access_token'),
      }),
  }
}
