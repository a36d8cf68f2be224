import { storeFailure } from '../failure.js'

type Row = Record<string, unknown>

/** A connection of `pg`, taken from a pool. */
export interface PostgresConnection {
  query(text: string, values: unknown[]): Promise<{ rows: Row[] }>
  /** @param destroy - Whether it is to be closed instead of used again. */
  release(destroy?: boolean): void
  on(event: 'error', listener: () => void): unknown
  removeListener(event: 'error', listener: () => void): unknown
}

/** A `Pool` of `pg` 8 or later. */
export interface PostgresPool {
  connect(): Promise<PostgresConnection>
}

/** A connection in use. */
export interface Session {
  /** Once a query has failed, nobody knows in what state the connection is. */
  readonly broken: boolean
  query(text: string, values?: unknown[]): Promise<Row[]>
  /** @param reusable - Whether others may have the connection. Never, if it is broken. */
  end(reusable?: boolean): void
}

/**
 * Waits for a connection.
 *
 * @param signal - Ends the wait; it rejects with the reason then.
 */
export async function startSession(pool: PostgresPool, table: string, signal: AbortSignal): Promise<Session> {
  const connection = await connected(pool, signal).catch((error) => {
    throw signal.aborted ? error : failure(table, error)
  })
  let broken = false
  const onError = () => {
    broken = true
  }
  // Without a listener, a connection that breaks between two queries would end the process.
  connection.on('error', onError)
  return {
    get broken() {
      return broken
    },
    async query(text, values = []) {
      try {
        return (await connection.query(text, values)).rows
      } catch (error) {
        broken = true
        throw failure(table, error)
      }
    },
    end(reusable = true) {
      connection.removeListener('error', onError)
      connection.release(broken || !reusable)
    },
  }
}

function connected(pool: PostgresPool, signal: AbortSignal): Promise<PostgresConnection> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    signal.addEventListener('abort', giveUp)
    pool
      .connect()
      .then((connection) => (signal.aborted ? connection.release() : resolve(connection)), reject)
      .finally(() => signal.removeEventListener('abort', giveUp))
  })
}

/** The error of a driver may hold the values of a query, and so what was to be stored: its code is all that is told. */
function failure(table: string, error: unknown) {
  const { code } = Object(error)
  // Of PostgreSQL, five letters and digits; of the system, ECONNREFUSED and the like.
  const system = typeof code === 'string' && /^\w{1,32}$/.test(code) ? code : undefined
  if (system === '42P01') {
    const what = `there is no table ${table} in PostgreSQL: create it with the SQL that migration() gives`
    return storeFailure('store_failed', what, system)
  }
  const remedy =
    'check that the server runs, that the pool is open, and that its role may select, insert, update and delete there'
  const what = `the table ${table} is out of reach in PostgreSQL (${system ?? 'the connection failed'}): ${remedy}`
  return storeFailure('store_failed', what, system)
}
