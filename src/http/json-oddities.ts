import { isRecord, type JsonObject, without } from '../json.js'
import type { Call } from './call.js'
import { LONE_SURROGATE, type Oddity } from './json-scan.js'
import { setBy } from './limits.js'

/** What is acted upon. Of two such members, one would be believed here and the other elsewhere. */
const DECIDING: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
  'token_endpoint_auth_method',
  'issuer',
  'registration_endpoint',
  'authorization_endpoint',
  'token_endpoint',
  'access_token',
  'token_type',
])

/** What nothing can be done without, once it was given. */
const INDISPENSABLE: ReadonlySet<string> = new Set(['client_id', 'client_secret'])

/** What makes the whole answer useless: nobody knows which of two is meant, or what a credential is. */
export function contradiction(oddities: readonly Oddity[], call: Call): string | undefined {
  for (const { kind, member: name, isOutermost } of oddities) {
    const member = registeredName(name, call)
    if (!isOutermost) continue
    if (kind === 'duplicate' && DECIDING.has(member)) return `the member ${member} more than once`
    if (!INDISPENSABLE.has(member)) continue
    const { stringLength } = call.limits
    if (kind === 'long')
      return `a ${member} of more than ${stringLength} characters; ${setBy('stringLength')}`
    if (kind === 'surrogate') return `half a character (a lone surrogate) in the ${member}`
  }
  return undefined
}

/** Leaves out, or replaces, what could not be kept or sent back; each with a warning. */
export function mended(json: JsonObject, oddities: readonly Oddity[], call: Call): JsonObject {
  const left = new Set<string>()
  const mendedMembers = new Set<string>()
  const told = new Set<string>()
  for (const { kind, member, isOutermost } of oddities) {
    const isNamed = LONE_SURROGATE.test(member)
    const isLeft = kind === 'long' || kind === 'infinite' || isNamed || (kind === 'prototype' && isOutermost)
    const affected = isLeft ? left : mendedMembers
    affected.add(member)
    if (told.has(`${kind} ${member}`)) continue
    told.add(`${kind} ${member}`)
    if (kind === 'duplicate')
      call.warn('duplicate_member', 'It is there more than once: the last one counts.', member)
    else
      call.warn(isLeft || kind === 'prototype' ? 'ignored_member' : 'converted_member', REASONS[kind], member)
  }
  const kept = without(json, (_value, member) => left.has(member))
  return Object.fromEntries(
    Object.entries(kept).map(([member, value]) => [member, mendedMembers.has(member) ? clean(value) : value]),
  )
}

const REASONS = {
  long: 'A string in it is longer than the option limits.stringLength allows.',
  infinite: 'A number in it is larger than any that can be kept.',
  prototype: 'A member __proto__ was left out: it would change what an object inherits.',
  surrogate: 'Half a character in it (a lone surrogate) reads as U+FFFD.',
}

/** Called for what is within the limit of depth. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(LONE_SURROGATES, '\ufffd')
  if (Array.isArray(value)) return value.map(clean)
  if (!isRecord(value)) return value
  const members = Object.entries(value).filter(([name]) => name !== '__proto__' && !LONE_SURROGATE.test(name))
  return Object.fromEntries(members.map(([name, inner]) => [name, clean(inner)]))
}

const LONE_SURROGATES = /\p{Cs}/gu

/** A member may have another name on the wire. */
function registeredName(name: string, { provider }: Call): string {
  const renamed = Object.entries(provider?.wireNames ?? {}).find(([, wireName]) => wireName === name)
  return renamed?.[0] ?? name
}
