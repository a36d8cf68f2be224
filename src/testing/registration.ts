import type { Answer } from './answer.js'
import type { AcceptedMetadata, ServerContext } from './dialect.js'
import type { IncomingRequest } from './incoming-request.js'
import { secondsNow } from './settings.js'
import type { RegisteredClient } from './state.js'

/** RFC 7591 section 3.1 and 3.2. */
export function register(server: ServerContext, request: IncomingRequest): Answer {
  const { dialect, settings, state } = server
  const requested = dialect.readRegistration(request)
  const spend = dialect.authorizeRegistration(server, request)
  const client = newClient(server, dialect.accept(requested, settings))
  state.clients.set(client.client_id, client)
  spend()
  return dialect.describeClient(client, { operation: 'register', settings, requested })
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
  const { dialect, settings } = server
  const { management, manageWith, generate, endpoints } = settings
  const client_id = generate('client_id')
  const managed = management !== 'none'
  return {
    ...metadata,
    client_id,
    client_id_issued_at: secondsNow(settings),
    ...(dialect.needsNewSecret(metadata, settings) && newSecret(server)),
    ...(managed && { registration_client_uri: `${endpoints.register}/${encodeURIComponent(client_id)}` }),
    ...(managed &&
      manageWith.includes('registration_access_token') && {
        registration_access_token: generate('registration_access_token'),
      }),
  }
}
