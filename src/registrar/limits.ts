import type { DcrError } from '../errors.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { StoredRegistration } from '../stores/store.js'
import { doubts, type Plan } from './plan.js'

/** Seconds in which a client is registered once more at most, whatever goes wrong: a loop would fill the server. */
const ONCE_PER = 600

/** Why a registration could be one too many. */
export function refusalOf(
  stored: StoredRegistration,
  { reasons }: Plan,
  whenInDoubt: 'register' | 'hold',
  now: number,
  call: Call,
): DcrError | undefined {
  const { client, replacedAt = 0 } = stored
  const details = { outcome: 'not_sent', ...(client && { client }) } as const
  // A clock that was set back must not bar the way until it has caught up.
  const isRecent = (at: number) => Math.abs(now - at) < ONCE_PER
  const wait = (since: number) => `${Math.ceil((since + ONCE_PER - now) / 60)} min`
  if (reasons.includes('invalid_client') && isRecent(replacedAt)) {
    // Another machine's clock may be ahead of this one's.
    const since = Math.max(0, now - replacedAt)
    const what = `the client was registered anew ${since} s ago and is refused again; the next one may be in ${wait(replacedAt)}`
    return failure(call, 'registered_recently', what, details)
  }
  const sent = doubts(stored)
  const recent = sent.filter(isRecent)
  // The first is what left the doubt, the second the one try to do better; then it is one in a while.
  if (sent.length === 0 || (whenInDoubt === 'register' && (sent.length === 1 || recent.length === 0))) return
  const next = whenInDoubt === 'hold' ? '' : `, or wait for ${wait(Math.max(...recent))}`
  const count = sent.length === 1 ? '1 registration was' : `${sent.length} registrations were`
  const what = `${count} sent of which no usable answer was kept, and may have made a client: see orphans(), forget() what is not there${next}`
  return failure(call, 'registration_in_doubt', what, details)
}
