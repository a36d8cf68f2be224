import type { DcrError } from '../errors.js'
import { discard, unlist } from './discarding.js'
import { type Entry, knownSite } from './entry.js'
import { alone } from './moving.js'
import type { Collected, Orphan } from './orphans.js'
import type { Unsaved } from './unsaved.js'

/** Deletes orphans, one after another; what fails of one is no reason to tell nothing of the others. */
export async function collected(
  orphans: readonly Orphan[],
  entryOf: (orphan: Orphan) => Entry,
  unsaved: Unsaved,
): Promise<Collected> {
  const deleted: Orphan[] = []
  const left: { orphan: Orphan; error?: DcrError }[] = []
  for (const orphan of orphans) {
    const entry = entryOf(orphan)
    const run = () =>
      alone(entry, async (found) => {
        const stored = await unsaved.settle(entry, found)
        // Another process may have deleted it in the meantime.
        if (!stored.orphans?.some(({ id }) => id === orphan.id)) return
        // A server may have given it again since it was listed.
        if (orphan.client?.client_id === stored.client?.client_id) return unlist(entry, orphan.id)
        const error = await discard(entry, knownSite(entry, stored), orphan)
        if (error) left.push({ orphan, error })
        else deleted.push(orphan)
      })
    if (!orphan.client) left.push({ orphan })
    else await run().catch((error) => left.push({ orphan, error }))
  }
  return { deleted, left }
}
