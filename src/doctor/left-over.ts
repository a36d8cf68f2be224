import { openCall } from '../http/call.js'
import { amend } from '../registrar/entry.js'
import { type CredentialStore, storeKey } from '../stores/store.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'
import { throwAwayStore } from './throw-away-store.js'

/** Has a client listed in a store as one that nobody uses, so that it can be deleted later; and says whether it is. */
export async function listAsOrphan(
  client: ClientInformation,
  server: AuthorizationServerMetadata,
  store: CredentialStore,
): Promise<boolean> {
  const { issuer } = server
  const key = storeKey(issuer, client.client_id)
  const entry = {
    store: throwAwayStore(store, server),
    key,
    issuer,
    name: '',
    credentials: {},
    call: openCall('diagnose'),
  }
  try {
    await amend(entry, ({ client: newest = client, ...stored }) => ({ ...stored, client: newest }))
    return true
  } catch {
    // The caller has it in hand, and is told that the store has not.
    return false
  }
}
