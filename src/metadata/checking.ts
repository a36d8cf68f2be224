import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { setBy } from '../http/limits.js'
import { isHarmful } from '../http/scheme.js'
import { parse } from '../http/url.js'
import { isPlain, isRecord, isUnset, type JsonObject, without } from '../json.js'
import { hasControlCharacter, LONGEST_NAME, printable } from '../printable.js'
import { isPrivateKey } from './private-key.js'
import { clientInformationGuards, expectation, type Guards, passes } from './schemas.js'

/** Members that are the server's to give (RFC 7591 §3.2.1, RFC 7592 §3). */
export const SERVER_MEMBERS: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
])

/** In what `JSON.stringify` has written: it escapes them, and no other character from there on. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

const guards: Guards = clientInformationGuards

/** Whether a specification has this member, language tag aside. */
export function isSpecified(member: string): boolean {
  return Object.hasOwn(guards, member.replace(/#.*/, ''))
}

/** Whether the value of this member is a list. */
export function isListMember(member: string): boolean {
  return isSpecified(member) && passes(guards[member] as Guards[string], [])
}

/** A copy of the metadata, each member fit to be sent; whether they go together is another matter. */
export function described(metadata: unknown, call: Call): JsonObject {
  const requested = without(snapshot(metadata, call), isUnset)
  checkMembers(requested, call)
  return requested
}

/** A plain copy of what the caller passed, read once: what is checked is what is sent. */
export function snapshot(metadata: unknown, call: Call): JsonObject {
  const refuse = (what: string) => failure(call, 'invalid_argument', `the metadata must be ${what}`)
  // A Map or a Promise has no members of its own: it would register a client that nobody described.
  const empty = isRecord(metadata) && Object.keys(metadata).length === 0
  if (!isRecord(metadata) || (empty && !isPlain(metadata))) throw refuse('a plain object')
  const text = serialize(metadata, call)
  const copy: unknown = JSON.parse(text)
  if (!isRecord(copy)) throw refuse('a plain object')
  const isDoubtful = LONE_SURROGATE.test(text)
  for (const [member, value] of Object.entries(copy)) {
    if (SERVER_MEMBERS.has(member)) throw refuse(`without ${member}, which is the server's to give`)
    // No UTF-8 can hold it, and each server would make something else of it.
    if (isDoubtful && LONE_SURROGATE.test(JSON.stringify([member, value])))
      throw refuse(
        `text, and ${printable(member, LONGEST_NAME)} has half a character in it (a lone surrogate)`,
      )
  }
  return copy
}

const utf8 = /* @__PURE__ */ new TextEncoder()

/** The text of what is sent. */
export function serialize(metadata: JsonObject, call: Call): string {
  const { requestBytes } = call.limits
  try {
    let text = JSON.stringify(metadata) ?? 'null'
    // JSON makes null of NaN too, which would remove a member. To look at each value takes five times as long.
    if (text.includes('null')) text = JSON.stringify(metadata, refuseNotFinite) ?? 'null'
    // No character has more than three bytes for each of its units.
    if (text.length * 3 <= requestBytes || utf8.encode(text).length <= requestBytes) return text
  } catch {
    // Its error may hold a value.
  }
  const what = `JSON of at most ${requestBytes} bytes (${setBy('requestBytes')}), without cycles, BigInt, NaN or a getter that throws`
  throw failure(call, 'invalid_argument', `the metadata must be ${what}`)
}

function refuseNotFinite(_member: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw value
  return value
}

/** Refuses members that could harm, or that no server can read. */
export function checkMembers(metadata: JsonObject, call: Call): void {
  const refuse: (what: string) => never = (what) => {
    throw failure(call, 'invalid_argument', what)
  }
  for (const [member, value] of Object.entries(metadata)) {
    if (hasControlCharacter(member)) refuse('the name of a member has control characters')
    const guard = Object.hasOwn(guards, member) && guards[member]
    if (guard && !passes(guard, value)) refuse(`${member} must be ${expectation(guard)}`)
    if (/_(uri|endpoint)(#.*)?$/.test(member)) {
      // What a member of the server's own may be, the server knows.
      const known = isSpecified(member)
      if (known || [value].flat().some(isHarmfulText)) checkUri(value, member, refuse)
    }
    if (/_uris$/.test(member)) {
      for (const [index, uri] of list(value).entries()) checkUri(uri, `${member}[${index}]`, refuse)
    }
  }
  const { jwks, software_statement } = metadata
  if (isRecord(jwks) && list(jwks.keys).some(isPrivateKey)) {
    refuse('jwks must hold public keys only, and one has private members (such as "d" or "k")')
  }
  if (software_statement && !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(`${software_statement}`))
    refuse('software_statement must be a compact JWT')
}

function isHarmfulText(value: unknown): boolean {
  return typeof value === 'string' && isHarmful(value)
}

function checkUri(uri: unknown, name: string, refuse: (what: string) => never): void {
  if (typeof uri !== 'string') refuse(`${name} must be a string`)
  if (hasControlCharacter(uri) || uri.includes(' '))
    refuse(`${name} must not have spaces or control characters`)
  const url = parse(uri)
  if (!url) refuse(`${name} must be an absolute URI`)
  if (isHarmful(uri)) refuse(`${name} must not be a ${url.protocol} URI`)
  if (url.username || url.password) refuse(`${name} must not hold a user name or password`)
  if (name.startsWith('redirect_uris') && uri.includes('#')) refuse(`${name} must not have a fragment`)
}

/** Refuses a registration that contradicts itself. What is for the server to judge, `warnOfDoubts` tells. */
export function checkWhole(metadata: JsonObject, call: Call): void {
  const { jwks, jwks_uri, software_statement, token_endpoint_auth_method: method } = metadata
  if (jwks && jwks_uri) {
    throw failure(
      call,
      'invalid_argument',
      'jwks and jwks_uri exclude each other: leave one out, or update it to null',
    )
  }
  if (method === 'private_key_jwt' && !jwks && !jwks_uri && !software_statement) {
    throw failure(call, 'invalid_argument', 'private_key_jwt needs a public key in jwks, or jwks_uri')
  }
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
