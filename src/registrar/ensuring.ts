import { isOffered } from '../client/management.js'
import type { DcrError } from '../errors.js'
import type { StoredRegistration } from '../stores/store.js'
import { type Entry, knownSite, read } from './entry.js'
import { expiry } from './expiry.js'
import { refusalOf } from './limits.js'
import { type Ensured, type Keeping, made } from './making.js'
import { alone } from './moving.js'
import { isGoodYet, type Plan, planFor } from './plan.js'
import { withDoubtListed } from './records.js'
import type { FailedRenewals } from './renewals.js'
import type { Unsaved } from './unsaved.js'
import type { Wanted } from './wanted.js'

/** What a `Registrar` goes by, and knows from earlier calls. */
export interface Knowledge {
  readonly whenInDoubt: 'register' | 'hold'
  readonly unsaved: Unsaved
  readonly failedRenewals: FailedRenewals
}

/** What would be done for what is stored, and whether that is refused. */
export function planOf(
  entry: Entry,
  stored: StoredRegistration,
  wanted: Wanted,
  { whenInDoubt }: Knowledge,
): Plan {
  const site = knownSite(entry, stored)
  const plan = planFor(withDoubtListed(stored), wanted, (client) =>
    isOffered('PUT', client, site, entry.call),
  )
  const isAnother = plan.action === 'register' || plan.action === 'replace'
  const refusal = isAnother && refusalOf(stored, plan, whenInDoubt, wanted.now, entry.call)
  return refusal && !isGoodYet(plan) ? { ...plan, refusal: refusal.code } : plan
}

/** What is stored, if it will do as it is. */
export function reused(
  entry: Entry,
  stored: StoredRegistration,
  wanted: Wanted,
  known: Knowledge,
): Ensured | undefined {
  const { client, movedFrom } = stored
  if (movedFrom !== undefined) return undefined
  const plan = planOf(entry, stored, wanted, known)
  const isTried = isGoodYet(plan) && known.failedRenewals.isRecent(entry.key, wanted.now)
  if (!client || !(plan.action === 'none' || isTried)) return undefined
  return { server: knownSite(entry, stored).server, client, action: 'none', reasons: [] }
}

/** Does what has to be done for a client to be there, while nobody else who shares the store does. */
export function ensured(
  entry: Entry,
  wantedOf: (stored: StoredRegistration) => Promise<Wanted> | Wanted,
  known: Knowledge,
): Promise<Ensured> {
  const { whenInDoubt, unsaved } = known
  const once = (): Promise<Ensured> =>
    alone(entry, async (found, custodyInTurn) => {
      const stored = withDoubtListed(await unsaved.settle(entry, found))
      const wanted = await wantedOf(stored)
      // Whoever had the turn before has done it.
      const reusable = reused(entry, stored, wanted, known)
      if (reusable) return reusable
      const plan = planOf(entry, stored, wanted, known)
      const check = (now: StoredRegistration) => {
        const refusal = refusalOf(now, plan, whenInDoubt, wanted.now, entry.call)
        if (refusal) throw refusal
      }
      const keeping: Keeping = (now, records, task) =>
        unsaved.guard(entry, records, (noted) => custodyInTurn(now, noted), task)
      return made(entry, stored, wanted, plan, keeping, check).catch(async (error: DcrError) => {
        const spared = isGoodYet(plan) && (await goodYet(entry, wanted, known, error))
        if (!spared) throw error
        return spared
      })
    })
  return once().catch((error: DcrError) => {
    // Another process came between, although it should have waited: what it has done may do.
    if (error.code === 'store_conflict' && error.outcome === 'not_sent') return once()
    throw error
  })
}

/** The client whose secret could not be renewed, and is good for a while. */
async function goodYet(
  entry: Entry,
  { now, skew }: Wanted,
  { failedRenewals }: Knowledge,
  notRenewed: DcrError,
): Promise<Ensured | undefined> {
  const { code, outcome } = notRenewed
  // What was done may have made another secret, which the error holds.
  if (outcome === 'applied' || /^(aborted|timeout|management_locked)$/.test(code)) return undefined
  // An update that did not renew it may have changed the rest of the credentials.
  const stored = await read(entry).catch(() => undefined)
  if (!stored?.client || expiry(stored, now, skew) === 'past') return undefined
  failedRenewals.note(entry.key, now)
  const what = `The secret is about to expire and was not renewed yet (${code}).`
  entry.call.warn('renewal_failed', what, 'client_secret')
  const { server } = knownSite(entry, stored)
  return { server, client: stored.client, action: 'none', reasons: [], notRenewed }
}
