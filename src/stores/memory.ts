import type { CredentialStore, StoredRegistration } from './store.js'
import { turns } from './turns.js'

/**
 * A store that lasts as long as the process. It keeps copies, so that nobody changes what is stored by accident,
 * and its lock reaches no further than this process.
 */
export function memoryStore(): CredentialStore {
  const kept = new Map<string, StoredRegistration>()
  return {
    get: async (key) => structuredClone(kept.get(key)),
    async set(key, stored) {
      if (kept.get(key)?.revision !== stored.revision) return undefined
      const revision = crypto.randomUUID()
      kept.set(key, structuredClone({ ...stored, revision }))
      return revision
    },
    async delete(key, revision) {
      return (revision === undefined || kept.get(key)?.revision === revision) && kept.delete(key)
    },
    list: async () => structuredClone([...kept]),
    lock: turns(),
  }
}
