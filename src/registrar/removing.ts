import { deleteClient } from '../deleting.js'
import { alone, amend, type Entry, knownSite } from './entry.js'
import { MANAGED, orphan, withDoubtListed } from './records.js'
import { isUnmanageable } from './updating.js'

/** Deletes the client in force. One that cannot be deleted is no longer in use, and listed. */
export function removed(entry: Entry): Promise<void> {
  return alone(entry, async (stored, custodyInTurn) => {
    const { client } = stored
    if (!client) return
    const call = { ...entry.call, operation: 'delete' }
    const custody = custodyInTurn(withDoubtListed(stored), MANAGED)
    try {
      await deleteClient(client, { ...knownSite(entry, stored), custody }, call)
    } catch (error) {
      if (!isUnmanageable(error)) throw error
      call.warn('orphan_left', 'The client could not be deleted; it is listed, and no longer in use.')
      await amend(entry, (now) => {
        const { issuer, name, revision, orphans = [] } = withDoubtListed(now)
        return { issuer, name, revision, orphans: [...orphans, orphan('removed', client)] }
      })
    }
  })
}
