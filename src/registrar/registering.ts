import { register } from '../client/registering.js'
import type { KeptSite } from '../client/site.js'
import type { Custody } from '../custody/custody.js'
import type { Records } from '../custody/stored.js'
import type { DcrError } from '../errors.js'
import type { StoredRegistration } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { discard } from './discarding.js'
import { amend, type Entry, readBack } from './entry.js'
import { orphan } from './records.js'
import type { Wanted } from './wanted.js'

/**
 * Registers a client, in the place of the one before if there is one, which is then deleted or stays listed. Where
 * another process was faster, its client is taken and ours deleted.
 */
export async function registerAnew(
  entry: Entry,
  site: KeptSite,
  stored: StoredRegistration,
  { requested }: Wanted,
  records: Records,
): Promise<StoredRegistration> {
  const call = { ...entry.call, operation: 'register' }
  let client: ClientInformation
  let now: StoredRegistration | undefined
  try {
    client = await register(requested, site, call)
    now = site.custody.stored
  } catch (thrown) {
    const error = thrown as DcrError
    if (error.code !== 'store_conflict' || !error.client) throw error
    client = error.client as ClientInformation
    await settleRace(entry, stored, client, site.custody, records)
    if (site.custody.hasRescued) throw error
  }
  now ??= await readBack(entry, client)
  const earlier = new Set(stored.orphans?.map(({ id }) => id))
  const surplus = (now.orphans ?? []).filter((left) => left.client && !earlier.has(left.id))
  if (surplus.length === 0) return now
  for (const left of surplus) {
    const isOld = left.client?.client_id === stored.client?.client_id
    await discard(entry, site, left, isOld ? stored.intent?.operation : undefined)
  }
  return readBack(entry, client)
}

/** Another process has saved something meanwhile. If that is a client, it is in force, and else ours is. */
function settleRace(
  entry: Entry,
  { client: replaced }: StoredRegistration,
  client: ClientInformation,
  { id, hasRescued }: Custody,
  records: Records,
): Promise<void> {
  const change = (stored: StoredRegistration): StoredRegistration => {
    // It may have listed our registration as one in doubt.
    const orphans = (stored.orphans ?? []).filter((listed) => listed.id !== id)
    const isOurs = stored.intent?.id === id
    const intent = isOurs ? undefined : stored.intent
    const now = { ...stored, orphans, intent }
    const inForce = now.client?.client_id
    if (inForce === client.client_id) return now
    if (hasRescued) {
      const before = isOurs ? stored.intent?.before : intent
      return { ...now, intent: before, orphans: [...orphans, orphan('unusable', client, id)] }
    }
    if (inForce === undefined || inForce === replaced?.client_id)
      return { ...records.kept(now, client), intent }
    return { ...now, orphans: [...orphans, orphan('lost_race', client, id)] }
  }
  return amend(entry, change, { outcome: 'applied', client })
}
