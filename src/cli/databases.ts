import type { Pool } from 'pg'
import { CommandError } from './errors.js'

/** Milliseconds: a database that is there answers sooner, and a person is still waiting. */
const CONNECT_TIMEOUT = 5000

/**
 * A client of Redis that is connected.
 *
 * @throws {CommandError} It cannot be reached, or its package is not there.
 */
export async function redisClient(url: string) {
  const { createClient } = await peer('redis', () => import('redis'))
  try {
    const socket = { connectTimeout: CONNECT_TIMEOUT, reconnectStrategy: false } as const
    const client = createClient({ url, socket })
    // What breaks is told by the command that meets it.
    client.on('error', () => {})
    return await client.connect()
  } catch (error) {
    throw unreachable('Redis', error)
  }
}

/**
 * Connections to PostgreSQL, whose table is made where there is none.
 *
 * @param migration - The statement that makes it.
 * @throws {CommandError} It cannot be reached, or its package is not there.
 */
export async function postgresPool(connectionString: string, migration: string): Promise<Pool> {
  const { default: pg } = await peer('pg', () => import('pg'))
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT })
  pool.on('error', () => {})
  try {
    // Who may not create tables may use one that is there.
    const found = await pool.query("select to_regclass('dcr_client_registrations') as name")
    if (found.rows[0]?.name === null) await pool.query(migration)
    return pool
  } catch (error) {
    await pool.end()
    throw unreachable('PostgreSQL', error)
  }
}

async function peer<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch {
    throw new CommandError(
      `this store needs the package ${name}, which is not here: npm install dcr-client ${name}, or npx -p dcr-client -p ${name} dcr …`,
    )
  }
}

/** Of an error of a database its code alone: its text may hold the URL. */
function unreachable(what: string, error: unknown): Error {
  const code = codeOf(error)
  return new CommandError(`the store cannot be used: ${what} cannot be reached${code ? ` (${code})` : ''}`)
}

function codeOf(error: unknown): string | undefined {
  const { code, errors } = Object(error) as { code?: unknown; errors?: unknown }
  if (typeof code === 'string' && /^\w+$/.test(code)) return code
  return Array.isArray(errors) ? codeOf(errors[0]) : undefined
}
