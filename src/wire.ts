import type { Call } from './http/call.js'
import { failure } from './http/failure.js'
import type { Attempt } from './http/send.js'
import { isRecord, isUnset, type JsonObject, without } from './json.js'
import { SERVER_MEMBERS, serialize } from './metadata.js'

/** What of the metadata the provider lets through. `tells` is whether to warn of a member that it does not. */
export function permitted(
  metadata: JsonObject,
  call: Call,
  tells: (member: string, value: unknown) => boolean = () => true,
): JsonObject {
  const { name, members } = call.provider ?? {}
  if (!members) return metadata
  return without(metadata, (value, member) => {
    // `client_name#` stands for `client_name#fr`.
    const known = members.includes(member) || members.includes(member.replace(/#.*/, '#'))
    if (!known && !isUnset(value) && tells(member, value))
      call.warn('left_out_member', `The provider ${name} does not send it.`, member)
    return !known
  })
}

/** The metadata as it goes over the wire. A body in another format, such as a signed one, would be made here. */
export function toWire(
  metadata: JsonObject,
  operation: 'register' | 'update',
  call: Call,
): Pick<Attempt, 'json' | 'form'> {
  const { wireNames = {}, updateFormat } = call.provider ?? {}
  const wire = renamed(written(metadata, call), Object.entries(wireNames))
  if (operation === 'update' && updateFormat === 'form') return { form: formOf(wire, call) }
  return { json: serialize(wire, call) }
}

/** An answer in the terms of the specifications. One that is unlike its documents passes as it came. */
export function fromWire(answer: JsonObject, call: Call): JsonObject {
  const { wireNames = {}, read } = call.provider ?? {}
  const backwards = Object.entries(wireNames).filter(([member]) => isUnset(answer[member]))
  const named = renamed(
    answer,
    backwards.map(([member, name]) => [name, member]),
  )
  if (!read) return named
  try {
    const made: unknown = read({ ...named })
    const credentials = without(named, (_value, member) => !SERVER_MEMBERS.has(member))
    if (isRecord(made)) return { ...credentials, ...without(made, isUnset) }
  } catch {
    // A stranger's answer must not lose its client in a function that was not made for it.
  }
  call.warn('unlike_provider', 'The answer is not of the shape the provider expects.')
  return named
}

function renamed(members: JsonObject, names: readonly (readonly [string, string])[]): JsonObject {
  const nameOf = new Map(names)
  return Object.fromEntries(
    Object.entries(members).map(([member, value]) => [nameOf.get(member) ?? member, value]),
  )
}

function written(metadata: JsonObject, call: Call): JsonObject {
  const { name, write } = call.provider ?? {}
  if (!write) return metadata
  try {
    const made: unknown = write({ ...metadata })
    if (isRecord(made)) return made
  } catch {
    // Its error may hold a value.
  }
  throw failure(call, 'invalid_argument', `the provider ${name} could not write the metadata`)
}

/** Lists are written as a parameter each; what has no place in a form is left out. */
function formOf(metadata: JsonObject, call: Call): URLSearchParams {
  const form = new URLSearchParams()
  for (const [member, value] of Object.entries(metadata)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item !== 'object') form.append(member, `${item}`)
      else call.warn('left_out_member', 'An object cannot stand in a form.', member)
    }
  }
  return form
}
