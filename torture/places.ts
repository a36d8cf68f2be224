import type { CredentialStore } from 'dcr-client'

/** Where a store is, in words that can be handed to another process. */
export type Place =
  | { readonly kind: 'file'; readonly directory: string }
  | { readonly kind: 'journal'; readonly directory: string }
  | { readonly kind: 'redis' | 'postgres'; readonly url: string }

/** A store at its place, as a process of its own opens it. */
export interface Opened {
  readonly store: CredentialStore
  close(): Promise<void>
}

export async function open(place: Place): Promise<Opened> {
  if (place.kind === 'file') {
    const { fileStore } = await import('dcr-client/stores/file')
    return { store: fileStore(place), close: async () => {} }
  }
  if (place.kind === 'journal') {
    const { journalStore } = await import('dcr-client/stores/journal')
    return { store: journalStore(place), close: async () => {} }
  }
  if (place.kind === 'redis') {
    const { redisStore } = await import('dcr-client/stores/redis')
    const { createClient } = await import('redis')
    const client = createClient({ url: place.url })
    await client.connect()
    return { store: redisStore(client), close: () => client.close() }
  }
  const { postgresStore } = await import('dcr-client/stores/postgres')
  const { default: pg } = await import('pg')
  // One registration under way takes one connection, and one is for what is read beside it.
  const pool = new pg.Pool({ connectionString: place.url, max: 2 })
  return { store: postgresStore(pool), close: () => pool.end() }
}
