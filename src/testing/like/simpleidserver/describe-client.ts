import { type Answer, jsonAnswer } from '../../answer.js'
import type { Occasion, ServerContext } from '../../dialect.js'
import { secondsNow } from '../../settings.js'
import type { RegisteredClient } from '../../state.js'

/** The same on every occasion, secret and all; but never when the secret expires, after which it is gone. */
export function describeClient(client: RegisteredClient, { operation, settings }: Occasion): Answer {
  const { client_secret, client_secret_expires_at = 0, registration_client_uri, ...members } = client
  const expired = client_secret_expires_at !== 0 && secondsNow(settings) >= client_secret_expires_at
  return jsonAnswer(operation === 'register' ? 201 : 200, {
    ...members,
    ...(client_secret !== undefined && !expired && { client_secret }),
    ...(registration_client_uri && { registration_client_uri: wrongUri(client, settings.issuer) }),
  })
}

/** It forgets the path of the endpoint, and the realm. */
function wrongUri({ client_id }: RegisteredClient, issuer: string): string {
  return `${new URL(issuer).origin}/${encodeURIComponent(client_id)}`
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether that is where a wrong URI leads, also when the client is no more. */
export function leadsNowhere({ state }: ServerContext, { pathname }: URL): boolean {
  const name = pathname.slice(1)
  return GUID.test(name) || [...state.clients.keys()].some((id) => encodeURIComponent(id) === name)
}
