import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { StoredRegistration } from '../stores/store.js'
import { doubts, type Plan } from './plan.js'

/** Seconds in which a client is registered once more at most, whatever goes wrong: a loop would fill the server. */
const ONCE_PER = 600

/** Refuses a registration that could be one too many. */
export function checkLimits(
  stored: StoredRegistration,
  { reasons }: Plan,
  whenInDoubt: 'register' | 'hold',
  now: number,
  call: Call,
): void {
  const { client, replacedAt = 0 } = stored
  const known = client && { client }
  // A clock that was set back must not bar the way until it has caught up.
  const isRecent = (at: number) => Math.abs(now - at) < ONCE_PER
  const wait = (since: number) => `${Math.ceil((since + ONCE_PER - now) / 60)} min`
  if (reasons.includes('invalid_client') && isRecent(replacedAt)) {
    const what = `the client was registered anew ${now - replacedAt} s ago and is refused again; the next one may be in ${wait(replacedAt)}`
    throw failure(call, 'registered_recently', what, { outcome: 'not_sent', ...known })
  }
  const sent = doubts(stored)
  if (sent.length === 0) return
  const recent = sent.filter(isRecent)
  // The first is what left the doubt; the second, the one try to do better.
  if (whenInDoubt === 'register' && recent.length < 2) return
  const next = whenInDoubt === 'hold' ? '' : `, or wait for ${wait(Math.min(...recent))}`
  const what = `${sent.length} registration(s) were sent of which no answer was kept, and may have made a client: see orphans(), forget() what is not there${next}`
  throw failure(call, 'registration_in_doubt', what, { outcome: 'not_sent', ...known })
}
