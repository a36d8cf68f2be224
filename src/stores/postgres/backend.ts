import type { Backend } from '../backend.js'
import { storeFailure } from '../failure.js'
import { polled } from '../polling.js'
import { sha256 } from '../sha256.js'
import { type PostgresPool, type Session, startSession } from './session.js'

/** Milliseconds to wait for a connection of the pool: others hold theirs for a few requests, no longer than a caller waits. */
const LONGEST_WAIT = 10_000

export function postgresBackend(pool: PostgresPool, table: string): Backend {
  const place = (key: string) => `the row of ${key} in the table ${table}`
  const select = `select registration from ${table} where key_sha256 = $1`
  const registrationIn = ([row]: Record<string, unknown>[]) => row && String(row.registration)

  const noConnection = (howLong = '') =>
    storeFailure(
      'store_failed',
      `no connection to the table ${table} was free${howLong}: let the pool have more`,
    )

  /** Runs a query on any connection. */
  const query = async (text: string, values?: unknown[]) => {
    const signal = AbortSignal.timeout(LONGEST_WAIT)
    const session = await startSession(pool, table, signal).catch((error) => {
      throw error === signal.reason ? noConnection(` for ${LONGEST_WAIT / 1000} seconds`) : error
    })
    try {
      return await session.query(text, values)
    } finally {
      session.end()
    }
  }

  const read = async (hash: string) => registrationIn(await query(select, [hash]))

  /** Nothing if another session has the lock. The connection is not kept for the wait: others may need it. */
  const locked = async (name: string, signal: AbortSignal, onConnection: () => void) => {
    const session = await startSession(pool, table, signal)
    onConnection()
    let held: Held | undefined
    try {
      const [row] = await session.query(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as held, pg_backend_pid() as process',
        [name],
      )
      if (row?.held === true) held = { session, process: row.process }
      return held
    } finally {
      if (!held) session.end()
    }
  }

  return {
    place,
    read: async (key) => read(await sha256(key)),
    async list() {
      const rows = await query(`select key, registration from ${table}`)
      return rows.map((row) => {
        const key = String(row.key)
        return { place: place(key), text: String(row.registration), key }
      })
    },
    async hold(key, signal) {
      const hash = await sha256(key)
      const name = `dcr-client ${table} ${hash}`
      let connections = 0
      const { session, process } = await polled(
        () => locked(name, signal, () => connections++),
        signal,
      ).catch((error) => {
        throw signal.aborted && connections === 0 ? noConnection() : error
      })

      const change = async (text: string, values: unknown[]) => {
        if (session.broken) return false
        const [row] = await session.query(
          `with changed as (${text}) select pg_backend_pid() = $1::int as held`,
          [process, ...values],
        )
        if (row?.held === true) return true
        const what = `${table}: the connection was passed to another session of PostgreSQL, which has no lock`
        const remedy =
          'there is a pooler in transaction mode in between: use its session mode, or connect without it'
        throw storeFailure('store_failed', `${what}: ${remedy}`)
      }
      return {
        read: async () => (session.broken ? read(hash) : registrationIn(await session.query(select, [hash]))),
        write: (text) =>
          change(
            `insert into ${table} (key_sha256, key, registration) select $2, $3, $4 where pg_backend_pid() = $1::int
            on conflict (key_sha256) do update set registration = excluded.registration, updated_at = now()`,
            [hash, key, text],
          ),
        remove: () =>
          change(`delete from ${table} where key_sha256 = $2 and pg_backend_pid() = $1::int`, [hash]),
        async release() {
          const unlock = 'select pg_advisory_unlock(hashtextextended($1, 0)) as unlocked'
          const rows = session.broken ? [] : await session.query(unlock, [name]).catch(() => [])
          // The lock ends with the connection, if not before.
          session.end(rows[0]?.unlocked === true)
        },
      }
    },
  }
}

/** A session that has the lock, and the process of the server that serves it. */
interface Held {
  readonly session: Session
  readonly process: unknown
}
