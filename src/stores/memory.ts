import type { CredentialStore, StoredClient } from './store.js'

/**
 * A store that lasts as long as the process. It keeps copies, so that nobody changes what is stored by accident,
 * and its lock reaches no further than this process.
 */
export function memoryStore(): CredentialStore {
  const clients = new Map<string, StoredClient>()
  const tails = new Map<string, Promise<unknown>>()
  return {
    get: async (key) => structuredClone(clients.get(key)),
    set: async (key, stored) => void clients.set(key, structuredClone(stored)),
    delete: async (key) => void clients.delete(key),
    list: async () => [...clients.values()].map((stored) => structuredClone(stored)),
    lock(key, task) {
      const turn = (tails.get(key) ?? Promise.resolve()).then(() => task())
      const tail = turn
        .catch(() => {})
        .finally(() => {
          if (tails.get(key) === tail) tails.delete(key)
        })
      tails.set(key, tail)
      return turn
    },
  }
}
