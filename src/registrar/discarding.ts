import { deleteClient, SURELY_GONE } from '../client/deleting.js'
import type { Site } from '../client/management.js'
import { NO_CUSTODY } from '../custody/custody.js'
import type { DcrError, OAuthError } from '../errors.js'
import type { Operation, StoredOrphan, StoredRegistration } from '../stores/store.js'
import { amend, type Entry } from './entry.js'

/**
 * Deletes a client that is not in use. Where that fails it stays listed, and the error is returned.
 *
 * @param interrupted - What was asked about it before, and has not been answered.
 */
export async function discard(
  entry: Entry,
  site: Site,
  { id, client }: StoredOrphan,
  interrupted?: Operation,
): Promise<DcrError | undefined> {
  const call = { ...entry.call, operation: 'delete' }
  try {
    const custody = { ...NO_CUSTODY, interrupted }
    if (client) await deleteClient(client, { ...site, custody }, call, SURELY_GONE)
    await unlist(entry, id)
    return undefined
  } catch (error) {
    const what = 'A client that is not in use any more could not be deleted, and stays listed'
    const gone = (error as OAuthError).status === 401 ? '; by the 401, it may be gone: then forget() it' : ''
    call.warn('orphan_left', `${what}${gone}.`)
    return error as DcrError
  }
}

/** Takes an orphan off the list. What then holds nothing any more is not kept. */
export function unlist(entry: Entry, id: string): Promise<void> {
  return amend(entry, (stored) => {
    const orphans = (stored.orphans ?? []).filter((listed) => listed.id !== id)
    const intent = stored.intent?.id === id ? stored.intent.before : stored.intent
    const next: StoredRegistration = { ...stored, orphans, intent }
    return next.client || intent || orphans.length > 0 ? next : undefined
  })
}
