import { Redis } from 'ioredis'
import pg from 'pg'
import { createClient } from 'redis'
import { postgresStore } from '../../../src/stores/postgres/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import type { CredentialStore } from '../../../src/stores/store.js'

/** A store on a connection of its own, and what ends that. */
export type Connected = { readonly store: CredentialStore; close(): Promise<unknown> }

/** The kinds of stores, by the library that connects them: what each does with the URL of a server. */
export const stores = {
  redis: (url: string) => ofRedis(url),
  'redis for a second': (url: string) => ofRedis(url, 1000),
  async ioredis(url: string): Promise<Connected> {
    const client = new Redis(url).on('error', () => {})
    return { store: redisStore(client), close: () => client.quit() }
  },
  async pg(url: string): Promise<Connected> {
    const pool = new pg.Pool({ connectionString: url, max: 2 }).on('error', () => {})
    return { store: postgresStore(pool), close: () => pool.end() }
  },
}

async function ofRedis(url: string, lockTimeout?: number): Promise<Connected> {
  const client = await createClient({ url })
    .on('error', () => {})
    .connect()
  return { store: redisStore(client, { lockTimeout }), close: () => client.close() }
}
