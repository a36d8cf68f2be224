import type { CredentialStore } from '../index.js'

/** Lets a `DcrClient` manage the client that a `Registrar` keeps: whatever it looks for is the record under that key. */
export function storeOfOne(store: CredentialStore, key: string): CredentialStore {
  return {
    get: () => store.get(key),
    set: (_key, stored) => store.set(key, stored),
    delete: (_key, revision) => store.delete(key, revision),
    list: (issuer) => store.list(issuer),
    lock: (_key, task, signal) => store.lock(key, task, signal),
  }
}
