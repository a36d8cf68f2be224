import type { Custody } from '../custody/custody.js'
import type { Records } from '../custody/stored.js'
import type { DcrError, Outcome } from '../errors.js'
import { failure } from '../http/failure.js'
import { LONGEST_NAME, printable } from '../printable.js'
import type { StoredRegistration } from '../stores/store.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'
import { currentSite, type Entry, read } from './entry.js'
import { isDue } from './expiry.js'
import { changedMembers } from './fingerprint.js'
import type { Plan, PlanAction, PlanReason } from './plan.js'
import { MANAGED, registered, withDoubtListed } from './records.js'
import { registerAnew } from './registering.js'
import { isUnmanageable, updateInPlace } from './updating.js'
import type { Wanted } from './wanted.js'

/** A usable client. */
export interface Ensured {
  /** The metadata of the server, as it was when it was last asked. */
  readonly server: AuthorizationServerMetadata
  /** The client in force, credentials included, as it is stored. */
  readonly client: ClientInformation
  /**
   * What was done for it. With `none` it is the one in the store, and nothing was sent, but to renew a secret that is
   * good yet: that has failed then, as `notRenewed` and the warning `renewal_failed` say.
   */
  readonly action: PlanAction
  /** Why that was done; none where nothing was. */
  readonly reasons: readonly PlanReason[]
  /**
   * Why the secret, which is about to expire and good yet, was not renewed. Absent where that was not tried: also for
   * some seconds after it has failed.
   */
  readonly notRenewed?: DcrError
}

/** Runs a task with the custody of what is stored, and remembers what that could not save. */
export type Keeping = (
  now: StoredRegistration,
  records: Records,
  task: (custody: Custody) => Promise<StoredRegistration>,
) => Promise<StoredRegistration>

/**
 * Does what is planned.
 *
 * @param checkLimit - Throws where a registration could be one too many.
 */
export async function made(
  entry: Entry,
  stored: StoredRegistration,
  wanted: Wanted,
  plan: Plan,
  keeping: Keeping,
  checkLimit: (now: StoredRegistration) => void,
): Promise<Ensured> {
  const { mayReplace } = wanted
  if (!wanted.mayChange && plan.client && plan.reasons.includes('metadata_changed'))
    throw unchangeable(plan, entry)
  if (plan.action === 'replace' && !mayReplace) throw irreplaceable(plan, entry)
  if (plan.action !== 'update') checkLimit(stored)
  const site = await currentSite(entry)
  let { action } = plan
  let next = stored
  if (action === 'update') {
    const run = (custody: Custody) => updateInPlace(entry, { ...site, custody }, stored, wanted)
    next = await keeping(stored, MANAGED, run).catch((error) => {
      if (!mayReplace || (!isUnmanageable(error) && !isNotRenewed(error, plan))) throw error
      action = 'replace'
      return read(entry)
    })
    // A server that does not renew a secret with an update has to be asked for another client.
    if (isDue(next, wanted) && mayReplace) action = 'replace'
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
  // The turn was lost, and another process has registered a client of its own.
  if (!wanted.mayChange && next.fingerprint !== wanted.fingerprint) {
    const changed = changedMembers(next.requested ?? {}, wanted.requested)
    throw unchangeable({ changed, client }, entry, 'applied')
  }
  const { client_secret_expires_at: end = 0 } = client
  if (end > 0 && end <= (next.receivedAt ?? 0)) {
    entry.call.warn(
      'expired_on_arrival',
      'The secret had expired when it came: the clocks disagree.',
      'client_secret',
    )
  }
  return { server: site.server, client, action, reasons: plan.reasons }
}

function irreplaceable({ reasons, client }: Plan, { call }: Entry): DcrError {
  const what = `the client cannot be changed in place (${reasons.join(', ')}), and no other may be registered, as options.mayReplace says`
  return failure(call, 'management_not_supported', what, { outcome: 'not_sent', ...(client && { client }) })
}

function unchangeable(
  { changed, client }: Pick<Plan, 'changed' | 'client'>,
  { name, call }: Entry,
  outcome: Outcome = 'not_sent',
): DcrError {
  const members = changed.map((member) => printable(member, LONGEST_NAME)).join(', ')
  const what = `the client ${JSON.stringify(name)} was registered with other metadata (${members}), and may not be changed, as options.mayChange says`
  return failure(call, 'invalid_argument', what, { outcome, ...(client && { client }) })
}

/** Whether a server that was asked for the same again, for a secret alone, would not have it: no later call can mend that. */
function isNotRenewed({ code, outcome }: DcrError, { reasons }: Plan): boolean {
  const isForSecret = reasons.every((reason) => reason.startsWith('secret_'))
  return isForSecret && outcome === 'rejected' && code !== 'rate_limited'
}
