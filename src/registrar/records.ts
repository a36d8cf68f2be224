import { seconds } from '../custody.js'
import { carriedOver } from '../information.js'
import type { Records } from '../stored-custody.js'
import type { OrphanReason, StoredOrphan, StoredRegistration } from '../stores/store.js'
import type { AuthorizationServerMetadata, ClientInformation, ClientMetadata } from '../types.js'
import type { Wanted } from './wanted.js'

/** What is stored after an answer about the client in force. */
export const MANAGED: Records = {
  kept: (stored, client, clock) => ({
    ...stored,
    client,
    intent: undefined,
    trouble: undefined,
    ...received(stored, client, clock),
  }),
  rescued: (stored) => stored,
  forgotten({ issuer, name, orphans = [] }) {
    return orphans.length > 0 ? { issuer, name, orphans } : undefined
  },
}

/** What is stored after the registration of a client, in the place of the one before. */
export function registered({ requested, fingerprint }: Wanted, server: AuthorizationServerMetadata): Records {
  return {
    kept(stored, client, clock = client.client_id_issued_at) {
      const { issuer, name, client: old, trouble, orphans = [], revision } = stored
      // A server may know the application again, and leave out what it has given before.
      const isSame = old?.client_id === client.client_id
      const left = old && !isSame && trouble !== 'gone' ? [orphan('replaced', old)] : []
      return {
        issuer,
        name,
        server,
        client: isSame ? carriedOver(client, old) : client,
        requested: requested as ClientMetadata,
        fingerprint,
        orphans: [...orphans, ...left],
        ...(old && { replacedAt: seconds() }),
        ...received({ issuer }, client, clock),
        revision,
      }
    },
    rescued: (stored, client) => ({
      ...stored,
      intent: undefined,
      orphans: [...(stored.orphans ?? []), orphan('unusable', client)],
    }),
    forgotten: MANAGED.forgotten,
  }
}

/** A registration that was never answered is no longer under way when anything else is about to be: it is listed. */
export function withDoubtListed(stored: StoredRegistration): StoredRegistration {
  const { intent, orphans = [] } = stored
  if (intent?.operation !== 'register') return stored
  const { id, at, requested } = intent
  return { ...stored, intent: undefined, orphans: [...orphans, { id, reason: 'in_doubt', at, requested }] }
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
