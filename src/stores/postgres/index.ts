import { backedStore, type StoreOptions } from '../backed.js'
import { storeFailure } from '../failure.js'
import { checkOptions } from '../options.js'
import type { CredentialStore } from '../store.js'
import { postgresBackend } from './backend.js'
import type { PostgresPool } from './session.js'
import { quoted } from './table.js'

export type { PostgresConnection, PostgresPool } from './session.js'
export { migration } from './table.js'

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions extends StoreOptions {
  /** Its name, exactly as it is written in the database, with or without a schema. Default: `dcr_client_registrations`. */
  table?: string | undefined
}

/**
 * A store in a table of PostgreSQL, for all processes that use it; `migration` makes the table. To close the pool and to listen
 * to its `error` events is the application's.
 *
 * A lock is an advisory lock of a session: it ends with the connection, so a process that died frees what it held, and who
 * lost the connection writes nothing. Each registration under way has one connection of the pool, and none while it waits
 * for its turn. Between this store and the server there must be no pooler that changes sessions between transactions,
 * such as PgBouncer in transaction mode: locks would be left behind there. Such a change is noticed: `store_failed`, and nothing is saved.
 *
 * What is saved lasts as the server is set up: with `synchronous_commit` `off`, a crash may take the last of it; a failover to
 * a replica that is not synchronous too. A query is waited for as long as the pool waits: set its `query_timeout`.
 *
 * @throws {DcrError} `invalid_argument`; from its methods `store_failed`, `store_conflict`, `store_unreadable` or
 *   `store_sealed`.
 * @example
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL }).on('error', console.error)
 * await pool.query(migration())
 * const store = postgresStore(pool)
 */
export function postgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): CredentialStore {
  checkOptions('postgresStore', options)
  const { connect, escapeLiteral } = Object(pool)
  // A pool gives a connection to each that asks; a client is one, also one that a pool has given. Only clients escape.
  if (typeof connect !== 'function' || escapeLiteral !== undefined) {
    throw storeFailure('invalid_argument', 'postgresStore: the pool must be a Pool of pg, not a Client')
  }
  return backedStore(postgresBackend(pool, quoted(options.table)), options)
}
