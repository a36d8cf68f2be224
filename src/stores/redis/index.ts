import { backedStore, type StoreOptions } from '../backed.js'
import { storeFailure } from '../failure.js'
import { checkOptions } from '../options.js'
import type { CredentialStore } from '../store.js'
import { redisBackend } from './backend.js'
import { objectionTo, type RedisClient } from './client.js'

export type { RedisClient } from './client.js'

/** Options of {@link redisStore}. */
export interface RedisStoreOptions extends StoreOptions {
  /** What all its names in Redis begin with. It has no braces. Default: `dcr-client`. */
  prefix?: string | undefined
  /**
   * Milliseconds, at least 100, after which others may take what is held by a process that has been silent, and after
   * which a command without an answer has failed. Default: 6000.
   */
  lockTimeout?: number | undefined
}

/** Shorter than a save waits for its turn (10 s), so that it outlasts a process that died; longer than a busy one is silent. */
const LOCK_TIMEOUT = 6000
/** What the timers of a busy process can still renew in time. */
const SHORTEST_LOCK_TIMEOUT = 100
/** A longer timer fires at once, in every runtime. */
const LONGEST_TIMER = 2_147_483_647

/**
 * A store in Redis, for all processes that use the same prefix there. To connect the client, to close it and to listen to its
 * `error` events is the application's. For a cluster, give the client of ioredis.
 *
 * A lock ends `lockTimeout` after its process was last heard of. Every save compares the holder of the lock in the
 * script that writes: a process that lost its lock to such a silence, or to a Redis that forgot it, writes nothing.
 *
 * What is saved lasts as Redis is set up. With `appendfsync always` a crash takes nothing, with `everysec` about the last
 * second, without an append-only file all since the last snapshot. A failover takes what the replica had not yet received,
 * locks too: what is out of date is then refused only as far as what it is compared with has survived. With any
 * `maxmemory-policy` but `noeviction` Redis may throw registrations or locks away.
 *
 * @throws {DcrError} `invalid_argument`; from its methods `store_failed`, `store_conflict`, `store_unreadable` or
 *   `store_sealed`.
 * @example
 * const client = createClient({ url: 'redis://localhost:6379' }).on('error', console.error)
 * await client.connect()
 * const store = redisStore(client)
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): CredentialStore {
  checkOptions('redisStore', options)
  const { prefix = 'dcr-client', lockTimeout = LOCK_TIMEOUT } = options
  const objection = objectionTo(client) ?? objectionToOptions(prefix, lockTimeout)
  if (objection !== undefined) throw storeFailure('invalid_argument', `redisStore: ${objection}`)
  return backedStore(redisBackend(client, prefix, lockTimeout), options)
}

function objectionToOptions(prefix: unknown, lockTimeout: number): string | undefined {
  // They decide which server of a cluster a name belongs to, and tell the prefix from the rest.
  if (typeof prefix !== 'string' || /[{}]/.test(prefix)) return 'the prefix must be a string without braces'
  const fits = lockTimeout >= SHORTEST_LOCK_TIMEOUT && lockTimeout <= LONGEST_TIMER
  if (Number.isInteger(lockTimeout) && fits) return undefined
  return `lockTimeout must be whole milliseconds from ${SHORTEST_LOCK_TIMEOUT} to ${LONGEST_TIMER}`
}
