import type { Custody } from '../custody.js'
import type { DcrError } from '../errors.js'
import { failure } from '../http/failure.js'
import { isOffered } from '../management.js'
import type { Records } from '../stored-custody.js'
import type { StoredRegistration } from '../stores/store.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'
import { alone, currentSite, type Entry, knownSite, read } from './entry.js'
import { isDue } from './expiry.js'
import { checkLimits } from './limits.js'
import { type Plan, type PlanAction, planFor } from './plan.js'
import { MANAGED, registered, withDoubtListed } from './records.js'
import { registerAnew } from './registering.js'
import type { Unsaved } from './unsaved.js'
import { isUnmanageable, updateInPlace } from './updating.js'
import type { Wanted } from './wanted.js'

/** A usable client. */
export interface Ensured {
  /** The metadata of the server, as it was when it was last asked. */
  readonly server: AuthorizationServerMetadata
  readonly client: ClientInformation
  /** What was done for it. With `none`, nothing was sent. */
  readonly action: PlanAction
}

export function planOf(entry: Entry, stored: StoredRegistration, wanted: Wanted): Plan {
  const site = knownSite(entry, stored)
  return planFor(stored, wanted, (client) => isOffered('PUT', client, site, entry.call))
}

/** What is stored, if it will do as it is. */
export function reused(entry: Entry, stored: StoredRegistration, wanted: Wanted): Ensured | undefined {
  const { client, server = { issuer: entry.issuer } } = stored
  return client && planOf(entry, stored, wanted).action === 'none'
    ? { server: entry.given ?? server, client, action: 'none' }
    : undefined
}

/** Reasons in spite of which the client in the store does for a while. */
const GOOD_YET = /^(secret_expires_soon|update_interrupted|registration_in_doubt)$/

/** Does what has to be done for a client to be there, while nobody else who shares the store does. */
export function ensured(
  entry: Entry,
  wanted: Wanted,
  whenInDoubt: 'register' | 'hold',
  unsaved: Unsaved,
): Promise<Ensured> {
  const once = (): Promise<Ensured> =>
    alone(entry, async (found, custodyInTurn) => {
      const stored = withDoubtListed(await unsaved.settle(entry, found))
      const plan = planOf(entry, stored, wanted)
      // Whoever had the turn before has done it.
      const reusable = reused(entry, stored, wanted)
      if (reusable) return reusable
      try {
        const check = (now: StoredRegistration) => checkLimits(now, plan, whenInDoubt, wanted.now, entry.call)
        const keeping: Keeping = (now, records, task) => {
          const custody = custodyInTurn(now, records)
          return unsaved.guard(entry, custody, records, () => task(custody))
        }
        return await made(entry, stored, wanted, plan, keeping, check)
      } catch (error) {
        const { client, server = { issuer: entry.issuer } } = stored
        const { code, outcome } = error as DcrError
        const isGoodYet =
          plan.reasons.includes('secret_expires_soon') &&
          plan.reasons.every((reason) => GOOD_YET.test(reason))
        // What was done may have made another secret, which the error holds.
        const isTold = outcome === 'applied' || /^(aborted|timeout|management_locked)$/.test(code)
        if (!isGoodYet || !client || isTold) throw error
        entry.call.warn(
          'renewal_failed',
          'The secret is about to expire and was not renewed yet.',
          'client_secret',
        )
        return { server: entry.given ?? server, client, action: 'none' }
      }
    })
  return once().catch((error: DcrError) => {
    // Another process came between, although it should have waited: what it has done may do.
    if (error.code === 'store_conflict' && error.outcome === 'not_sent') return once()
    throw error
  })
}

/** Runs a task with the custody of what is stored, and remembers what that could not save. */
type Keeping = (
  now: StoredRegistration,
  records: Records,
  task: (custody: Custody) => Promise<StoredRegistration>,
) => Promise<StoredRegistration>

async function made(
  entry: Entry,
  stored: StoredRegistration,
  wanted: Wanted,
  plan: Plan,
  keeping: Keeping,
  checkLimit: (now: StoredRegistration) => void,
): Promise<Ensured> {
  if (plan.action !== 'update') checkLimit(stored)
  const site = await currentSite(entry)
  let { action } = plan
  let next = stored
  if (action === 'update') {
    const run = (custody: Custody) => updateInPlace(entry, { ...site, custody }, stored, wanted)
    next = await keeping(stored, MANAGED, run).catch((error) => {
      if (!isUnmanageable(error)) throw error
      action = 'replace'
      return read(entry)
    })
    // A server that does not renew a secret with an update has to be asked for another client.
    if (isDue(next, wanted)) action = 'replace'
    if (action === 'replace') checkLimit(next)
  }
  if (action !== 'update') {
    const records = registered(wanted, site.server)
    const now = next
    const run = (custody: Custody) => registerAnew(entry, { ...site, custody }, now, wanted, records)
    next = await keeping(withDoubtListed(now), records, run)
  }
  const { client } = next
  if (!client) throw failure(entry.call, 'store_conflict', 'another process has removed the client meanwhile')
  const { client_secret_expires_at: end = 0 } = client
  if (end > 0 && end <= (next.receivedAt ?? 0)) {
    entry.call.warn(
      'expired_on_arrival',
      'The secret had expired when it came: the clocks disagree.',
      'client_secret',
    )
  }
  return { server: site.server, client, action }
}
