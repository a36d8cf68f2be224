import type { Pool } from 'pg'
import { databaseTrouble } from './database-trouble.js'
import { CommandError } from './errors.js'

/** Milliseconds: a database that is there answers sooner, and a person is still waiting. */
const CONNECT_TIMEOUT = 5000

/**
 * A client of Redis that is connected.
 *
 * @throws {CommandError} It cannot be used, or its package is not there.
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
    throw databaseTrouble('Redis', error)
  }
}

/**
 * Connections to PostgreSQL, whose table is made where there is none.
 *
 * @param migration - The statement that makes it.
 * @throws {CommandError} It cannot be used, or its package is not there.
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
    throw databaseTrouble('PostgreSQL', error)
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
