import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { Attempt } from '../http/send.js'
import { isEmptyList, isPlain, isUnset, type JsonObject, only, without } from '../json.js'
import { SERVER_MEMBERS, serialize } from './checking.js'

/** A body, and what of it must not come back in an error. */
export type Wire = Pick<Attempt, 'json' | 'form' | 'secrets'>

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

/**
 * The metadata as it goes over the wire. The one maker of bodies about clients; a promise, for formats whose making
 * takes time, such as a signed one.
 */
export async function toWire(
  metadata: JsonObject,
  operation: 'register' | 'update',
  call: Call,
): Promise<Wire> {
  const { wireNames, updateFormat } = call.provider ?? {}
  const wire = renamed(written(withoutEmptyLists(metadata, call), call), wireNames)
  const secrets = secretsOf(wire)
  if (operation === 'update' && updateFormat === 'form') return { form: formOf(wire, call), secrets }
  return { json: serialize(wire, call), secrets }
}

function renamed(metadata: JsonObject, wireNames?: Readonly<Record<string, string | undefined>>): JsonObject {
  if (!wireNames) return metadata
  const nameOf = (member: string) => (Object.hasOwn(wireNames, member) ? wireNames[member] : member)
  return Object.fromEntries(Object.entries(metadata).map(([member, value]) => [nameOf(member), value]))
}

/** An answer in the terms of the specifications. One that is unlike its documents passes as it came. */
export function fromWire(answer: JsonObject, call: Call): JsonObject {
  const { provider } = call
  if (!provider) return answer
  const named = registered(answer, Object.entries(provider.wireNames ?? {}))
  if (!provider.read) return named
  try {
    const made: unknown = provider.read({ ...named })
    const credentials = only(named, (member) => SERVER_MEMBERS.has(member))
    if (isPlain(made)) return { ...credentials, ...without(made, isNoBetter) }
  } catch {
    // A stranger's answer must not lose its client in a function that was not made for it.
  }
  call.warn('unlike_provider', 'The answer is not of the shape the provider expects.')
  return named
}

/** By their registered names what has one of its own on the wire, unless something stands there already. */
function registered(answer: JsonObject, wireNames: readonly [member: string, name: string][]): JsonObject {
  const found = wireNames.filter(([member, name]) => Object.hasOwn(answer, name) && isUnset(answer[member]))
  const moved = new Set(found.flat())
  return {
    ...without(answer, (_value, member) => moved.has(member)),
    ...Object.fromEntries(found.map(([member, name]) => [member, answer[name]])),
  }
}

/** Nothing, or an object where a credential belongs: neither takes the place of what the server said. */
function isNoBetter(value: unknown, member: string): boolean {
  return isUnset(value) || (SERVER_MEMBERS.has(member) && typeof value === 'object')
}

function withoutEmptyLists(metadata: JsonObject, { provider, warn }: Call): JsonObject {
  if (provider?.emptyLists !== false) return metadata
  return without(metadata, (value, member) => {
    const left = isEmptyList(value)
    if (left) warn('left_out_member', `The provider ${provider.name} sends no empty list.`, member)
    return left
  })
}

function written(metadata: JsonObject, call: Call): JsonObject {
  const { provider } = call
  if (!provider?.write) return metadata
  try {
    const made: unknown = provider.write({ ...metadata })
    if (isPlain(made)) return made
  } catch {
    // Its error may hold a value.
  }
  throw failure(call, 'invalid_argument', `the provider ${provider.name} could not write the metadata`)
}

/** What is shorter is as likely a word, and would be missed in every sentence of the server's. */
const SHORTEST_SECRET = 8

/** The client's own secret, and what the caller calls one. */
function secretsOf(wire: JsonObject): string[] {
  return Object.entries(wire).flatMap(([member, value]) => {
    if (typeof value !== 'string' || !/(secret|password)$/i.test(member)) return []
    return member === 'client_secret' || value.length >= SHORTEST_SECRET ? [value] : []
  })
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
