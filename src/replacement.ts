import { isUnset, type JsonObject, saysNothing, without } from './json.js'
import { SERVER_MEMBERS } from './metadata.js'
import type { ClientInformation } from './types.js'

/** What a client may send back of what it was answered. */
function metadataOf(client: ClientInformation): JsonObject {
  return without(client, (value, member) => SERVER_MEMBERS.has(member) || saysNothing(value))
}

/**
 * The whole registration that an update sends. RFC 7592 §2.2 replaces: what is left out is deleted. So it is the
 * current metadata with the changes laid over it, less what a client must not send and what servers put into
 * their answers for "nothing" but refuse to be given back.
 */
export function replacement(current: ClientInformation, changes: JsonObject): JsonObject {
  return { client_id: current.client_id, ...without({ ...metadataOf(current), ...changes }, isUnset) }
}

/** Whether a client holds more than its credentials: an update of those alone would delete all the rest. */
export function hasMetadata(client: ClientInformation): boolean {
  return Object.keys(metadataOf(client)).length > 0
}
