import { storeError } from '../custody/custody.js'
import { within } from '../http/call.js'
import { failure } from '../http/failure.js'
import { type StoredRegistration, storeKey } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { alone, amend, currentSite, type Entry, read } from './entry.js'
import { readWith } from './fetching.js'
import { withDoubtListed } from './records.js'
import type { Unsaved } from './unsaved.js'

/** Takes in a client that somebody else has registered, and gives what is kept of it. */
export function adopted(
  entry: Entry,
  given: ClientInformation,
  unsaved: Unsaved,
): Promise<ClientInformation> {
  return alone(entry, async (found, custodyInTurn) => {
    const before = withDoubtListed(await unsaved.settle(entry, found))
    refuseAnother(entry, before, given)
    if (!before.client) await takeIn(entry, given)
    const stored = withDoubtListed(await read(entry))
    const { client: kept = given, intent, trouble } = stored
    // What is kept is newer, unless an answer was lost, which may be what was given: the server knows.
    const isLost = /^(update|get)$/.test(intent?.operation ?? '') || trouble === 'management_locked'
    return isLost ? readWith(given, stored, entry, unsaved, custodyInTurn) : kept
  })
}

function refuseAnother(
  { name, call }: Entry,
  { client }: StoredRegistration,
  given: ClientInformation,
): void {
  if (!client || client.client_id === given.client_id) return
  const what = `another client is kept under the name ${JSON.stringify(name)} here: remove() it, or pass another options.name`
  throw failure(call, 'invalid_argument', what)
}

async function takeIn(entry: Entry, given: ClientInformation): Promise<void> {
  const { server } = await currentSite(entry)
  const keep = (newest: StoredRegistration) =>
    amend(entry, (now) => {
      // Another process may have put another there, although it should have waited.
      refuseAnother(entry, now, given)
      const { trouble: _, ...stored } = withDoubtListed(now)
      const { client = given, intent: unanswered = stored.intent } = newest
      const orphans = stored.orphans?.filter((listed) => listed.client?.client_id !== client.client_id)
      return { ...stored, server, client, intent: unanswered, orphans }
    })
  await moved(entry, storeKey(server.issuer, given.client_id), keep)
}

/** Two records of one client would void each other's tokens: what a `DcrClient` keeps of it goes when it is kept here. */
async function moved(
  entry: Entry,
  key: string,
  keep: (newest: StoredRegistration) => Promise<void>,
): Promise<void> {
  const { store, call } = entry
  for (;;) {
    const stored = await read({ ...entry, key })
    await keep(stored)
    const { revision } = stored
    if (revision === undefined) return
    const isGone = await within(call, () => store.delete(key, revision)).catch((error) => {
      throw storeError(error, call, 'the store failed')
    })
    if (isGone) return
  }
}
