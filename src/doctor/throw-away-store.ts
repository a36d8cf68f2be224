import { orphan } from '../registrar/records.js'
import type { CredentialStore, StoredRegistration } from '../stores/store.js'
import type { AuthorizationServerMetadata } from '../types.js'

/** What a throw-away client is called where it is listed. */
const NAME = 'dcr doctor'

/**
 * A store in which the client of a probe is an orphan from the start: if this process is killed, it is listed as what it
 * is, and can be deleted with all others that nobody uses.
 */
export function throwAwayStore(store: CredentialStore, server: AuthorizationServerMetadata): CredentialStore {
  return {
    get: async (key) => asInForce(await store.get(key)),
    set: (key, stored) => store.set(key, asOrphan(stored, server)),
    delete: (key, revision) => store.delete(key, revision),
    list: (issuer) => store.list(issuer),
    lock: (key, task, signal) => store.lock(key, task, signal),
  }
}

function asOrphan(
  { issuer, client, intent, revision }: StoredRegistration,
  server: AuthorizationServerMetadata,
): StoredRegistration {
  // Of other intents, what is left when the orphan is deleted would be nobody's.
  const doubt = intent?.operation === 'register' ? { intent } : {}
  const orphans = client ? [orphan('removed', client)] : []
  return { issuer, name: NAME, server, ...doubt, orphans, revision }
}

function asInForce(stored: StoredRegistration | undefined): StoredRegistration | undefined {
  return stored && { ...stored, client: stored.orphans?.[0]?.client }
}
