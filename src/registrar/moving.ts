import { storeError } from '../custody/custody.js'
import { type CustodyInTurn, inTurn } from '../custody/turn.js'
import { within } from '../http/call.js'
import type { StoredRegistration } from '../stores/store.js'
import { amend, type Entry, read } from './entry.js'

/** Runs a task while nobody else who shares the store runs one for this entry; a move that broke off is ended first. */
export function alone<T>(
  entry: Entry,
  task: (stored: StoredRegistration, custodyInTurn: CustodyInTurn) => Promise<T>,
): Promise<T> {
  const { store, key, issuer, name, call } = entry
  return inTurn(store, key, call, async (found = { issuer, name }, custodyInTurn) => {
    const { movedFrom } = found
    if (movedFrom === undefined) return task(found, custodyInTurn)
    await inTurn(store, movedFrom, call, () => endMove(entry, movedFrom))
    return task(await read(entry), custodyInTurn)
  })
}

/** What will be stored when a move that broke off is ended. */
export async function expectedOf(entry: Entry, stored: StoredRegistration): Promise<StoredRegistration> {
  const { movedFrom } = stored
  return movedFrom === undefined ? stored : withNewest(stored, await read({ ...entry, key: movedFrom }))
}

/**
 * Ends the move of a client from where a `DcrClient` keeps it, whose turn it must be there: two records of one client would
 * void each other's tokens. Here it says from where until nothing is there any more, so that the next who has the turn
 * ends what was killed.
 */
export async function endMove(entry: Entry, from: string): Promise<void> {
  const { store, call } = entry
  for (;;) {
    const there = await read({ ...entry, key: from })
    const { revision } = there
    const movedFrom = revision === undefined ? undefined : from
    let isMoving = false
    await amend(entry, (now) => {
      // Another process may have ended it, although it should have waited: what that has saved since is newer.
      isMoving = now.movedFrom === from
      return isMoving ? { ...withNewest(now, there), movedFrom } : now
    })
    if (!isMoving || revision === undefined) return
    await within(call, () => store.delete(from, revision)).catch((error) => {
      throw storeError(error, call, 'the store failed')
    })
  }
}

/** What is there is newer: nothing is done here until all of it is. */
function withNewest(here: StoredRegistration, there: StoredRegistration): StoredRegistration {
  const { client = here.client, intent, revision } = there
  return revision === undefined ? here : { ...here, client, intent }
}
