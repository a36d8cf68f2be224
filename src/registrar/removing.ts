import { deleteClient, SURELY_GONE } from '../client/deleting.js'
import type { OAuthError } from '../errors.js'
import type { ClientInformation } from '../types.js'
import { amend, type Entry, knownSite } from './entry.js'
import { alone } from './moving.js'
import { MANAGED, orphan, withDoubtListed } from './records.js'
import type { Unsaved } from './unsaved.js'
import { isUnmanageable } from './updating.js'

/** What became of a client that is not to be any more. */
export interface Removed {
  /** `none`: nothing was stored; `deleted`; `orphaned`: the server did not delete it, so it is listed, and not in use. */
  readonly action: 'none' | 'deleted' | 'orphaned'
  /** As it was stored. Absent with `none`. */
  readonly client?: ClientInformation
}

/** Deletes the client in force. One that cannot be deleted is no longer in use, and listed. */
export function removed(entry: Entry, unsaved: Unsaved): Promise<Removed> {
  return alone(entry, async (found, custodyInTurn) => {
    const stored = withDoubtListed(await unsaved.settle(entry, found))
    const { client } = stored
    if (!client) return { action: 'none' }
    const call = { ...entry.call, operation: 'delete' }
    const site = knownSite(entry, stored)
    try {
      await unsaved.guard(
        entry,
        MANAGED,
        (records) => custodyInTurn(stored, records),
        (custody) => deleteClient(client, { ...site, custody }, call, SURELY_GONE),
      )
      return { action: 'deleted', client }
    } catch (error) {
      // 401 after a lost answer: it may be gone, or the token void.
      if (!isUnmanageable(error) && (error as OAuthError).status !== 401) throw error
      let isListed = false
      await amend(entry, (found) => {
        const now = withDoubtListed(found)
        // Another process may have put another in its place, and listed this one.
        isListed = now.client?.client_id === client.client_id
        if (!now.client || !isListed) return now.revision === undefined ? undefined : now
        const { issuer, name, server, revision, orphans = [] } = now
        return { issuer, name, server, revision, orphans: [...orphans, orphan('removed', now.client)] }
      })
      if (isListed)
        call.warn('orphan_left', 'The client could not be deleted; it is listed, and no longer in use.')
      return { action: 'orphaned', client }
    }
  })
}
