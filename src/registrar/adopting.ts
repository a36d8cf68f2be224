import { storeError } from '../custody/custody.js'
import { inTurn } from '../custody/turn.js'
import { within } from '../http/call.js'
import { failure } from '../http/failure.js'
import { type StoredRegistration, storeKey } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { readByGiven } from './disputing.js'
import { amend, currentSite, type Entry, namedRecordsOf, read } from './entry.js'
import { alone, endMove } from './moving.js'
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
    return isLost ? readByGiven(given, stored, entry, unsaved, custodyInTurn) : kept
  })
}

function refuseAnother(
  { name, call }: Entry,
  { client }: StoredRegistration,
  given: ClientInformation,
): void {
  if (!client || client.client_id === given.client_id) return
  const what = `another client is kept as ${JSON.stringify(name)} for this issuer: pass another options.name`
  throw failure(call, 'invalid_argument', what)
}

async function takeIn(entry: Entry, given: ClientInformation): Promise<void> {
  const { server } = await currentSite(entry)
  const from = storeKey(server.issuer, given.client_id)
  // In its turn, as two processes may take it in under two names.
  await inTurn(entry.store, from, entry.call, async (there) => {
    await refuseOtherName(entry, given)
    await amend(entry, (now) => {
      // Another process may have put another there, or this one, although it should have waited.
      refuseAnother(entry, now, given)
      if (now.client) return now
      const { trouble: _, ...stored } = withDoubtListed(now)
      const orphans = stored.orphans?.filter(({ client }) => client?.client_id !== given.client_id)
      return { ...stored, server, client: there?.client ?? given, orphans, movedFrom: there && from }
    })
    if (there) await endMove(entry, from)
  })
}

/** Under two names, each update by the one would void the token of the other. */
async function refuseOtherName(
  { store, issuer, name, call }: Entry,
  given: ClientInformation,
): Promise<void> {
  const all = await within(call, () => store.list(issuer)).catch((error) => {
    throw storeError(error, call, 'the store could not be listed')
  })
  const other = namedRecordsOf(all, issuer, given).find((stored) => stored.name !== name)
  if (!other) return
  const what = `this client is kept already, as ${JSON.stringify(other.name)}: pass that as options.name`
  throw failure(call, 'invalid_argument', what)
}
