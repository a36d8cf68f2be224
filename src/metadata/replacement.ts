import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import {
  isEmpty,
  isEmptyList,
  isRecord,
  isUnset,
  type JsonObject,
  only,
  saysNothing,
  without,
} from '../json.js'
import type { ClientInformation, ClientMetadata, ClientMetadataChanges } from '../types.js'
import { isListMember, isSpecified, SERVER_MEMBERS } from './checking.js'
import { permitted } from './wire.js'

/** What a client may send back of what it was answered. */
function heldMetadata(client: ClientInformation): JsonObject {
  return without(client, (value, member) => SERVER_MEMBERS.has(member) || saysNothing(value))
}

/**
 * The whole registration that an update sends. RFC 7592 §2.2 replaces: what is left out is deleted. So it is the
 * current metadata with the changes laid over it, less what a client must not send and what servers put into
 * their answers for "nothing" but refuse to be given back.
 */
export function replacement(current: ClientInformation, changes: JsonObject, call: Call): JsonObject {
  const { notSentBack = [], sentBack = [], emptied = [], emptyLists = true } = call.provider ?? {}
  const held = without(
    heldMetadata(current),
    (value, member) => notSentBack.includes(member) || (!emptyLists && isEmptyList(value)),
  )
  const proof = only(current, (member) => sentBack.includes(member))
  // Members of the server's own, and empty lists, are nothing that anybody asked for.
  const asked = (member: string, value: unknown) => isSpecified(member) && !isEmpty(value)
  const whole = without({ ...proof, ...permitted(held, call, asked), ...changes }, isUnset)
  const removed = emptied.filter((member) => member in changes && isUnset(changes[member]))
  const nothings = removed.map((member) => [member, isListMember(member) ? [] : ''])
  return { client_id: current.client_id, ...whole, ...Object.fromEntries(nothings) }
}

/** Whether a client holds more than its credentials: an update of those alone would delete all the rest. */
export function hasMetadata(client: ClientInformation): boolean {
  return Object.keys(heldMetadata(client)).length > 0
}

/**
 * What registers another client like this one: for servers that offer no update. Members that no specification
 * has are left out; name them in `changes`. The first client stays at the server, and its credentials stay good.
 *
 * @param changes - Laid over it: a member replaces, `null` removes.
 * @throws {DcrError} `invalid_argument`
 * @example
 * const successor = await dcr.register(metadataOf(client, { scope: 'openid email' }))
 */
export function metadataOf<Extension extends object = object>(
  client: ClientInformation<Extension>,
  changes: ClientMetadataChanges<Extension> = {},
): ClientMetadata<Partial<Extension>> {
  if (!isRecord(client) || !isRecord(changes)) {
    const what = 'the client must be a client information, and the changes an object'
    throw failure({ operation: 'metadataOf' }, 'invalid_argument', what)
  }
  const held = only(heldMetadata(client), isSpecified)
  return without({ ...held, ...changes }, isUnset) as ClientMetadata<Partial<Extension>>
}
