import type { CredentialStore, StoredRegistration } from './store.js'
import { turns } from './turns.js'

/**
 * A store that lasts as long as the process. It keeps copies, so that nobody changes what is stored by accident,
 * and its lock reaches no further than this process.
 */
export function memoryStore(): CredentialStore {
  // As text: to write and read JSON is quicker than a structured clone.
  const kept = new Map<string, { readonly revision: string; readonly text: string }>()
  const copyOf = (text: string): StoredRegistration => JSON.parse(text)
  return {
    async get(key) {
      const found = kept.get(key)
      return found && copyOf(found.text)
    },
    async set(key, stored) {
      if (kept.get(key)?.revision !== stored.revision) return undefined
      const revision = crypto.randomUUID()
      kept.set(key, { revision, text: JSON.stringify({ ...stored, revision }) })
      return revision
    },
    async delete(key, revision) {
      return (revision === undefined || kept.get(key)?.revision === revision) && kept.delete(key)
    },
    list: async () => [...kept].map(([key, { text }]) => [key, copyOf(text)]),
    lock: turns(),
  }
}
