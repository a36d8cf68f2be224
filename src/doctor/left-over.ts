import { openCall } from '../http/call.js'
import { amend } from '../registrar/entry.js'
import { orphan } from '../registrar/records.js'
import { type CredentialStore, storeKey } from '../stores/store.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'

/** Lists a client in a store as one that nobody uses, so that it can be deleted later; and says whether that was done. */
export async function listAsOrphan(
  client: ClientInformation,
  server: AuthorizationServerMetadata,
  store: CredentialStore,
): Promise<boolean> {
  const { issuer } = server
  const key = storeKey(issuer, client.client_id)
  const entry = { store, key, issuer, name: '', credentials: {}, call: openCall('diagnose') }
  try {
    await amend(entry, ({ client: newest = client, orphans = [], ...stored }) => {
      return { ...stored, intent: undefined, server, orphans: [...orphans, orphan('removed', newest)] }
    })
    return true
  } catch {
    // The caller has it in hand, and is told that the store has not.
    return false
  }
}
