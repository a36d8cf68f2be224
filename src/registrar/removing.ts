import { deleteClient, SURELY_GONE } from '../client/deleting.js'
import type { OAuthError } from '../errors.js'
import type { Call } from '../http/call.js'
import type { StoredOrphan } from '../stores/store.js'
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
      const { code, outcome, status } = error as OAuthError
      const isDeleted = code === 'store_conflict' && outcome === 'applied'
      if (isDeleted && (await isTakenOut(entry, client))) return { action: 'deleted', client }
      // 401 after a lost answer: it may be gone, or the token void.
      if (!isUnmanageable(error) && status !== 401) throw error
      const isListed = await list(entry, client, call)
      return { action: isListed ? 'orphaned' : 'deleted', client }
    }
  })
}

/** Lists a client that the server has not deleted. @returns Whether it is listed: another process may have deleted it. */
async function list(entry: Entry, { client_id }: ClientInformation, call: Call): Promise<boolean> {
  let isInForce = false
  let isListed = false
  await amend(entry, (found) => {
    const now = withDoubtListed(found)
    // Another process may have put another in its place, and listed this one.
    isInForce = now.client?.client_id === client_id
    isListed = isInForce || isAmong(now.orphans, client_id)
    if (!now.client || !isInForce) return now.revision === undefined ? undefined : now
    const { issuer, name, server, revision, orphans = [] } = now
    return { issuer, name, server, revision, orphans: [...orphans, orphan('removed', now.client)] }
  })
  if (isInForce)
    call.warn('orphan_left', 'The client could not be deleted; it is listed, and no longer in use.')
  return isListed
}

function isAmong(orphans: readonly StoredOrphan[] = [], client_id: string): boolean {
  return orphans.some(({ client }) => client?.client_id === client_id)
}

/**
 * Takes a client that is deleted out of what another process has saved meanwhile.
 *
 * @returns Whether nothing of it is stored any more; not so where it has another token, as a server may give it anew.
 */
async function isTakenOut(entry: Entry, client: ClientInformation): Promise<boolean> {
  const { client_id, registration_access_token: token, client_secret } = client
  let isGone = true
  await amend(
    entry,
    (found) => {
      const now = withDoubtListed(found)
      const isInForce = now.client?.client_id === client_id
      const isSame =
        now.client?.registration_access_token === token &&
        (token !== undefined || now.client?.client_secret === client_secret)
      isGone = !isInForce || isSame
      if (!isGone) return found
      const orphans = (now.orphans ?? []).filter((listed) => listed.client?.client_id !== client_id)
      if (isInForce) return MANAGED.forgotten?.({ ...now, orphans })
      return now.client || orphans.length > 0 ? { ...now, orphans } : undefined
    },
    { outcome: 'applied', client },
  )
  return isGone
}
