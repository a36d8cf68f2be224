import { type IncomingRequest, readJsonObject } from '../../incoming-request.js'
import { invalidRequest } from '../../refusal.js'
import type { RegisteredClient } from '../../state.js'

/** RFC 7592 section 2.2: what a client must not send back. */
const SERVER_MADE = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
]

/** RFC 7592 section 2.2: `null` and the empty string stand for a member that is left out. */
export function readUpdate(request: IncomingRequest, current: RegisteredClient): Record<string, unknown> {
  const body = readJsonObject(request, 'client update request must be a JSON object')
  checkServerMade(body, current)
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== ''))
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
