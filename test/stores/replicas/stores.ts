import type { CredentialStore } from '../../../src/stores/store.js'

/** A store on a connection of its own, and what ends that. */
export interface Connected {
  readonly store: CredentialStore
  close(): Promise<unknown>
}

/** The kinds of stores, by the library that connects them to the server with that URL. A replica loads what it uses. */
export const stores = {
  redis: (url: string) => ofRedis(url),
  'redis for a second': (url: string) => ofRedis(url, 1000),
  async ioredis(url: string): Promise<Connected> {
    const { Redis } = await import('ioredis')
    const { redisStore } = await import('../../../src/stores/redis/index.js')
    const client = new Redis(url).on('error', () => {})
    return { store: redisStore(client), close: () => client.quit() }
  },
  async pg(url: string): Promise<Connected> {
    const { Pool } = await import('pg')
    const { postgresStore } = await import('../../../src/stores/postgres/index.js')
    const pool = new Pool({ connectionString: url, max: 2 }).on('error', () => {})
    return { store: postgresStore(pool), close: () => pool.end() }
  },
}

async function ofRedis(url: string, lockTimeout?: number): Promise<Connected> {
  const { createClient } = await import('redis')
  const { redisStore } = await import('../../../src/stores/redis/index.js')
  const client = createClient({ url }).on('error', () => {})
  await client.connect()
  return { store: redisStore(client, { lockTimeout }), close: () => client.close() }
}
