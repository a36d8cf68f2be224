import { seconds } from '../custody/custody.js'
import type { Kept, Records } from '../custody/stored.js'
import { carriedOver } from '../metadata/information.js'
import type { Intent, OrphanReason, StoredOrphan, StoredRegistration } from '../stores/store.js'
import type { AuthorizationServerMetadata, ClientInformation, ClientMetadata } from '../types.js'
import type { Wanted } from './wanted.js'

/** What is stored after an answer about the client in force. */
export const MANAGED: Records = {
  kept: (stored, client, clock) => ({
    ...stored,
    client,
    // After an update it is known again only when that was found done: who wants what was wanted before is to ask for it.
    fingerprint: isUpdate(stored.intent) || isUpdate(stored.intent?.before) ? undefined : stored.fingerprint,
    intent: undefined,
    trouble: undefined,
    ...received(stored, client, clock),
  }),
  forgotten({ issuer, name, server, orphans = [] }) {
    return orphans.length > 0 ? { issuer, name, server, orphans } : undefined
  },
}

function isUpdate(intent: Intent | undefined): boolean {
  return intent?.operation === 'update'
}

/** What is stored where the client in force was deleted, and the store did not take that at first. */
export const gone: Kept = ({ issuer, name, server, orphans, revision }) => ({
  issuer,
  name,
  server,
  orphans,
  revision,
})

/** What is stored after the registration of a client, in the place of the one before. */
export function registered({ requested, fingerprint }: Wanted, server: AuthorizationServerMetadata): Records {
  return {
    kept(stored, client, given) {
      const { issuer, name, client: old, trouble, orphans = [], revision } = stored
      // A server may know the application again, and leave out what it has given before.
      const isSame = old?.client_id === client.client_id
      const left = old && !isSame && trouble !== 'gone' ? [orphan('replaced', old)] : []
      const clock = given ?? (isSame ? undefined : issuingClock(client))
      // It may also give one again that was replaced before.
      const others = orphans.filter((listed) => listed.client?.client_id !== client.client_id)
      return {
        issuer,
        name,
        server,
        client: isSame ? carriedOver(client, old) : client,
        requested: requested as ClientMetadata,
        fingerprint,
        orphans: [...others, ...left],
        ...(old && { replacedAt: seconds() }),
        ...received({ issuer }, client, clock),
        revision,
      }
    },
    rescued(stored, client) {
      const isInForce = stored.client?.client_id === client.client_id
      const orphans = [...(stored.orphans ?? []), ...(isInForce ? [] : [orphan('unusable', client)])]
      return { ...stored, server, intent: stored.intent?.before, orphans }
    },
  }
}

/** Seconds: clocks further apart than an hour are rarer than a time that is not that of this answer. */
const FARTHEST_CLOCK = 3600

/** The server's clock by the time at which it says it has made the client, where that can be now. */
function issuingClock({ client_id_issued_at: issued = 0 }: ClientInformation): number | undefined {
  return Math.abs(issued - seconds()) <= FARTHEST_CLOCK ? issued : undefined
}

/** A registration that was never answered is no longer under way when anything else is about to be: it is listed. */
export function withDoubtListed(stored: StoredRegistration): StoredRegistration {
  const { intent, orphans = [] } = stored
  if (intent?.operation !== 'register') return stored
  const { id, at, requested, before } = intent
  return { ...stored, intent: before, orphans: [...orphans, { id, reason: 'in_doubt', at, requested }] }
}

export function orphan(
  reason: OrphanReason,
  client: ClientInformation,
  id: string = crypto.randomUUID(),
): StoredOrphan {
  return { id, reason, at: seconds(), client }
}

/** A secret is received when it is a new one; an answer that repeats it makes it no younger. */
function received(
  stored: StoredRegistration,
  client: ClientInformation,
  clock?: number,
): Pick<StoredRegistration, 'clockOffset' | 'receivedAt'> {
  const now = seconds()
  const { client: before, clockOffset = 0, receivedAt } = stored
  const isSame =
    before?.client_secret === client.client_secret &&
    before?.client_secret_expires_at === client.client_secret_expires_at
  const offset = clock === undefined ? clockOffset : Math.round(clock - now)
  return { clockOffset: offset, receivedAt: isSame && receivedAt !== undefined ? receivedAt : now + offset }
}
