import type { ErrorDetails, Outcome } from '../errors.js'
import { type Answer, unusable } from '../http/answer.js'
import { isToken } from '../http/authorization.js'
import type { Call } from '../http/call.js'
import { refusal } from '../http/refusal.js'
import { parse } from '../http/url.js'
import { isRecord, type JsonObject, only, without } from '../json.js'
import { hasControlCharacter } from '../printable.js'
import type { ClientInformation } from '../types.js'
import { isPrivateKey, PRIVATE_KEY_MEMBERS } from './private-key.js'
import { readMembers } from './reading.js'
import { withRemains } from './rescuing.js'
import { clientInformationGuards } from './schemas.js'
import { fromWire } from './wire.js'

/** Credentials and dates that many servers give once, and leave out of later answers. */
const CARRIED = [
  'client_secret',
  'client_secret_expires_at',
  'client_id_issued_at',
  'registration_access_token',
  'registration_client_uri',
] as const

/** Characters; header fields and URLs with more are refused by the servers in use. */
const LONGEST_CLIENT_ID = 8192

/**
 * Makes a client information of a 2xx answer. Nothing that has a usable `client_id` is thrown away, as the
 * client exists by now: what does not fit is converted or left out, with a warning.
 */
export function readClientInformation(
  answer: Answer,
  url: URL,
  call: Call,
  previous?: ClientInformation,
): ClientInformation {
  const { status, details, remains } = answer
  const refuse = (what: string, outcome: Outcome, told?: JsonObject) =>
    unusable(answer, { code: 'invalid_response', what, outcome }, call, told)
  if (remains) throw withRemains(answer, remains, call, previous)
  if (!isRecord(answer.json)) throw refuse('without a JSON object', 'unknown')
  const json = withoutPrivateKeys(fromWire(answer.json, call), call)
  const { client_id } = json
  if (client_id === undefined && json.error !== undefined) throw refusal(call, answer, details)
  // 202 is for work that is yet to be done.
  const outcome = status === 202 ? 'unknown' : 'applied'
  if (typeof client_id !== 'string' || client_id === '')
    throw refuse('without a usable client_id', outcome, json)
  if (previous && client_id !== previous.client_id) throw refuse('about another client', outcome, json)
  if (client_id.length > LONGEST_CLIENT_ID)
    throw refuse(`with a client_id of more than ${LONGEST_CLIENT_ID} characters`, outcome, json)

  const client = readMembers(clientInformationGuards, json, call) as ClientInformation
  if (hasControlCharacter(`${client_id}${client.client_secret ?? ''}`))
    throw refuse('with control characters in the client_id or client_secret', outcome, json)
  readTimes(client, call)
  readManagement(client, url, call)
  if (previous) carryOver(client, previous, details, call)
  warnOfMissing(client, call)
  return client
}

/** A server that echoes what it should never have been sent is not to put it into a store. */
function withoutPrivateKeys(json: JsonObject, { warn }: Call): JsonObject {
  const { jwks } = json
  if (!isRecord(jwks) || !Array.isArray(jwks.keys)) return json
  if (!jwks.keys.some(isPrivateKey)) return json
  warn('ignored_member', 'The private members of a key in it are left out.', 'jwks')
  const keys = jwks.keys.map((key) =>
    isPrivateKey(key) ? without(key, (_value, member) => PRIVATE_KEY_MEMBERS.includes(member)) : key,
  )
  return { ...json, jwks: { ...jwks, keys } }
}

/** Larger as seconds since the epoch than any date meant: it is the year 5138. */
const SURELY_NO_SECONDS = 1e11

function readTimes(client: ClientInformation, { warn }: Call): void {
  for (const member of ['client_id_issued_at', 'client_secret_expires_at'] as const) {
    const time = client[member] ?? 0
    const seconds = time > SURELY_NO_SECONDS ? Math.floor(time / 1000) : time
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > SURELY_NO_SECONDS) {
      delete client[member]
      warn('ignored_member', 'It is no time: neither seconds nor milliseconds since the epoch.', member)
    } else if (seconds !== time) {
      client[member] = seconds
      warn('converted_member', 'The time is in milliseconds where seconds are due.', member)
    }
  }
}

function readManagement(client: ClientInformation, url: URL, { warn }: Call): void {
  const { registration_access_token: token, registration_client_uri: uri } = client
  if (token !== undefined && !isToken(token)) {
    delete client.registration_access_token
    warn('ignored_member', 'It cannot be sent as a bearer token.', 'registration_access_token')
  }
  if (uri !== undefined && !URL.canParse(uri)) {
    const absolute = parse(uri, url)
    if (absolute) client.registration_client_uri = absolute.href
    else delete client.registration_client_uri
    warn(
      absolute ? 'converted_member' : 'ignored_member',
      'It is not an absolute URL.',
      'registration_client_uri',
    )
  }
}

function warnOfMissing(client: ClientInformation, { warn }: Call): void {
  const { client_secret, client_secret_expires_at, token_endpoint_auth_method = '' } = client
  if (client_secret === undefined && token_endpoint_auth_method.startsWith('client_secret_')) {
    warn('missing_member', 'The client is to authenticate with a secret and has none.', 'client_secret')
  }
  if (client_secret !== undefined && client_secret_expires_at === undefined) {
    warn('missing_member', 'It is unknown whether the secret expires.', 'client_secret_expires_at')
  }
}

/** An answer without a credential leaves the one we hold in force; one with another replaces it at once. */
function carryOver(
  client: ClientInformation,
  previous: ClientInformation,
  { endpoint = '' }: ErrorDetails,
  { provider, warn }: Call,
): void {
  if (provider?.secretGivenOnce && client.client_secret !== undefined) {
    delete client.client_secret
    if (previous.client_secret === undefined)
      warn('ignored_member', 'Only the first answer holds the secret itself.', 'client_secret')
  }
  const untold = endpoint.startsWith('GET') ? (provider?.leftOutOfReads ?? []) : []
  for (const member of [...CARRIED, ...untold]) {
    const renewed =
      member === 'client_secret_expires_at' &&
      client.client_secret !== undefined &&
      client.client_secret !== previous.client_secret
    if (client[member] === undefined && previous[member] !== undefined && !renewed)
      Object.assign(client, { [member]: previous[member] })
  }
}

/** A client that is known already, answered again: with the credentials that the answer leaves out. */
export function carriedOver(client: ClientInformation, before?: ClientInformation): ClientInformation {
  const renewed = client.client_secret !== undefined && client.client_secret !== before?.client_secret
  const held = only(
    before ?? {},
    (member) =>
      CARRIED.some((name) => name === member) && !(renewed && member === 'client_secret_expires_at'),
  )
  return { ...held, ...client } as ClientInformation
}
