import type { Call } from './http/call.js'
import { failure } from './http/failure.js'
import { SERVER_MEMBERS, withoutUnset } from './metadata.js'
import { isUnset } from './reading.js'
import type { ClientInformation } from './types.js'

/**
 * The whole registration that an update sends. RFC 7592 §2.2 replaces: what is left out is deleted. So it is the
 * current metadata with the changes laid over it, less what a client must not send and what servers put into
 * their answers for "nothing" but refuse to be given back.
 */
export function replacement(
  current: ClientInformation,
  changes: Record<string, unknown>,
  call: Call,
): Record<string, unknown> {
  for (const member of Object.keys(changes)) {
    if (SERVER_MEMBERS.has(member))
      throw failure(call, 'invalid_argument', `${member} is the server's to give and cannot be changed`)
  }
  const kept = Object.entries(current).filter(
    ([member, value]) => !SERVER_MEMBERS.has(member) && !isUnset(value),
  )
  return { client_id: current.client_id, ...withoutUnset({ ...Object.fromEntries(kept), ...changes }) }
}

/** Whether a client holds more than its credentials: an update of those alone would delete all the rest. */
export function hasMetadata(client: ClientInformation): boolean {
  return Object.entries(client).some(([member, value]) => !SERVER_MEMBERS.has(member) && !isUnset(value))
}
