import type { DcrError } from '../errors.js'
import { type Answer, type Remains, unusable } from '../http/answer.js'
import { isToken } from '../http/authorization.js'
import type { Call } from '../http/call.js'
import { LONE_SURROGATE } from '../http/json-scan.js'
import { isUnset, type JsonObject, without } from '../json.js'
import { hasControlCharacter } from '../printable.js'
import type { ClientInformation } from '../types.js'
import { fromWire } from './wire.js'

/** The error of an answer that is cut, or over a limit, with what can be read of it. */
export function withRemains(
  answer: Answer,
  remains: Remains,
  call: Call,
  previous?: ClientInformation,
): DcrError {
  const read = fromWire(remains.members, call)
  // What came to the address of a client is about that client, if it says nothing else.
  const told = previous ? { client_id: previous.client_id, ...read } : read
  const outcome = isUnset(told.client_id) ? remains.outcome : 'applied'
  return unusable(answer, { ...remains, outcome }, call, told)
}

/**
 * What of an unusable answer is to be kept: a client that exists by now, or the credentials that are in force.
 *
 * @param givesSecret - Whether what an answer about a known client calls its secret is one.
 */
export function rescue(
  answered: JsonObject = {},
  previous?: ClientInformation,
  givesSecret = true,
): ClientInformation | undefined {
  const { client_id, client_secret, client_secret_expires_at, registration_access_token } = answered
  if (typeof client_id !== 'string' || client_id === '') return undefined
  if (!previous) return { ...answered, client_id }
  if (client_id !== previous.client_id) return undefined
  const isRenewed = givesSecret && isSecret(client_secret) && client_secret !== previous.client_secret
  const renewed = {
    ...(isToken(registration_access_token) && { registration_access_token }),
    ...(isRenewed && { client_secret }),
    ...(isRenewed && Number.isInteger(client_secret_expires_at) && { client_secret_expires_at }),
  }
  if (Object.keys(renewed).length === 0) return undefined
  // The time that is known is that of the secret before.
  const rest = without(previous, (_value, member) => isRenewed && member === 'client_secret_expires_at')
  return { ...rest, ...renewed } as ClientInformation
}

function isSecret(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && !hasControlCharacter(value) && !LONE_SURROGATE.test(value)
  )
}
