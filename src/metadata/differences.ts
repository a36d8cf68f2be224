import { isEmpty, isUnset } from '../json.js'
import type { ClientInformation } from '../types.js'
import { canonical } from './canonical.js'

/** One member in which the registered client is not what was asked for. */
export interface Difference {
  /** The name of the member, as the specifications have it. */
  readonly member: string
  /** What was asked for; `null` where the member was to be absent. */
  readonly requested: unknown
  /** Absent where the server did not say, which is how many of them drop a member. */
  readonly granted?: unknown
}

/**
 * Compares what was asked for with what the server registered: a server may replace or drop any value, and a
 * client must look before it relies on one. A change to `null` asks for the member to be absent, or empty. Scopes and lists are compared as sets.
 *
 * @param requested - The metadata or the changes that were asked for.
 * @see RFC 7591 §3.2.1
 */
export function differences(requested: object, granted: ClientInformation): Difference[] {
  const found: Difference[] = []
  const answer = granted as Record<string, unknown>
  for (const [member, wanted] of Object.entries(requested)) {
    const absent = !Object.hasOwn(answer, member)
    if (wanted === undefined || (isUnset(wanted) && (absent || isEmpty(answer[member])))) continue
    if (absent) found.push({ member, requested: wanted })
    else if (isIdentical(wanted, answer[member])) continue
    else if (canonical(member, wanted) !== canonical(member, answer[member])) {
      found.push({ member, requested: wanted, granted: answer[member] })
    }
  }
  return found
}

/** Most members come back as they were sent, and to sort both is most of the work of comparing them. */
function isIdentical(wanted: unknown, given: unknown): boolean {
  if (!Array.isArray(wanted) || !Array.isArray(given)) return wanted === given
  return wanted.length === given.length && given.every((item, index) => item === wanted[index])
}
