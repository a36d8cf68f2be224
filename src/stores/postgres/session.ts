import { storeFailure } from '../failure.js'

/** What a person can do about it, by the code that PostgreSQL has sent; two digits stand for all that begin so. */
const REMEDIES: Record<string, string> = {
  28: 'give the pool a role that the server knows, and its password',
  25006: 'this server only reads: connect to the primary',
  42501: 'grant select, insert, update and delete on the table to the role of the pool',
  '42P01': 'there is no such table: create it with the SQL that migration() gives',
  42703: 'it is not the table that migration() makes: pass the name of another one',
}

/** Codes of PostgreSQL have a digit, those of the system (EPIPE) have none. */
const SENT = /^(?=.*\d)[0-9A-Z]{5}$/

/** @inline */
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
  if (typeof code === 'string' && SENT.test(code)) {
    const remedy =
      REMEDIES[code] ?? REMEDIES[code.slice(0, 2)] ?? 'look up this code, and look at the log of the server'
    return storeFailure(
      'store_failed',
      `the table ${table} was refused by PostgreSQL (${code}): ${remedy}`,
      code,
    )
  }
  const system = typeof code === 'string' && /^\w{1,32}$/.test(code) ? code : undefined
  const remedy = 'check that the server runs, and that the pool is open'
  const what = `the table ${table} is out of reach in PostgreSQL (${system ?? 'the connection failed'}): ${remedy}`
  return storeFailure('store_failed', what, system)
}
