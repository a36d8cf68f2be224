import { deleteClient, SURELY_GONE } from '../client/deleting.js'
import type { OAuthError } from '../errors.js'
import { alone, amend, type Entry, knownSite } from './entry.js'
import { MANAGED, orphan, withDoubtListed } from './records.js'
import type { Unsaved } from './unsaved.js'
import { isUnmanageable } from './updating.js'

/** Deletes the client in force. One that cannot be deleted is no longer in use, and listed. */
export function removed(entry: Entry, unsaved: Unsaved): Promise<void> {
  return alone(entry, async (found, custodyInTurn) => {
    const stored = withDoubtListed(await unsaved.settle(entry, found))
    const { client } = stored
    if (!client) return
    const call = { ...entry.call, operation: 'delete' }
    const site = knownSite(entry, stored)
    try {
      await unsaved.guard(
        entry,
        MANAGED,
        (records) => custodyInTurn(stored, records),
        (custody) => deleteClient(client, { ...site, custody }, call, SURELY_GONE),
      )
    } catch (error) {
      // 401 after a lost answer: it may be gone, or the token void.
      if (!isUnmanageable(error) && (error as OAuthError).status !== 401) throw error
      call.warn('orphan_left', 'The client could not be deleted; it is listed, and no longer in use.')
      await amend(entry, (now) => {
        const { issuer, name, server, revision, orphans = [] } = withDoubtListed(now)
        return { issuer, name, server, revision, orphans: [...orphans, orphan('removed', client)] }
      })
    }
  })
}
