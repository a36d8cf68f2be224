import { manage } from '../client/managing.js'
import type { CustodyInTurn } from '../custody/turn.js'
import { failure } from '../http/failure.js'
import type { StoredRegistration } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { type Entry, knownSite } from './entry.js'
import { alone } from './moving.js'
import { MANAGED, withDoubtListed } from './records.js'
import type { Unsaved } from './unsaved.js'

/** Reads the client in force from its server, and keeps what that answers. */
export function fetched(entry: Entry, unsaved: Unsaved): Promise<ClientInformation> {
  return alone(entry, async (found, custodyInTurn) => {
    const stored = withDoubtListed(await unsaved.settle(entry, found))
    return readWith(clientIn(stored, entry), stored, entry, unsaved, custodyInTurn)
  })
}

/** Reads a client by the credentials that it is given with. */
export function readWith(
  client: ClientInformation,
  stored: StoredRegistration,
  entry: Entry,
  unsaved: Unsaved,
  custodyInTurn: CustodyInTurn,
  records = MANAGED,
): Promise<ClientInformation> {
  return unsaved.guard(
    entry,
    records,
    (noted) => custodyInTurn(stored, noted),
    (custody) => manage(client, { ...knownSite(entry, stored), custody }, entry.call),
  )
}

/** The client that is stored; refused where there is none, as there is nothing to read or to change. */
export function clientIn({ client }: StoredRegistration, { name, call }: Entry): ClientInformation {
  if (client) return client
  const what = `there is no client of the name ${JSON.stringify(name)} here: it was ensured with another options.name or issuer, or has been removed`
  throw failure(call, 'invalid_argument', what)
}
