import { CommandError } from './errors.js'
import type { OpenStore, StoreAddress } from './stores.js'

/** Milliseconds: a database that is there answers sooner, and a person is still waiting. */
const CONNECT_TIMEOUT = 5000

/** @throws {CommandError} It cannot be reached, or its package is not there. */
export async function redisAt({ text: url, encryption }: StoreAddress): Promise<OpenStore> {
  const [{ createClient }, { redisStore }] = await Promise.all([
    peer('redis', () => import('redis')),
    import('../stores/redis/index.js'),
  ])
  const reach = async () => {
    const socket = { connectTimeout: CONNECT_TIMEOUT, reconnectStrategy: false } as const
    const client = createClient({ url, socket })
    // What breaks is told by the command that meets it.
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const client = await reach().catch((error) => {
    throw unreachable('Redis', error)
  })
  return { store: redisStore(client, { encryption }), close: () => client.close() }
}

/** @throws {CommandError} It cannot be reached, or its package is not there. */
export async function postgresAt({ text: connectionString, encryption }: StoreAddress): Promise<OpenStore> {
  const [{ default: pg }, { postgresStore, migration }] = await Promise.all([
    peer('pg', () => import('pg')),
    import('../stores/postgres/index.js'),
  ])
  const reach = async () => {
    const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT })
    pool.on('error', () => {})
    try {
      // Who may not create tables may use one that is there.
      const found = await pool.query("select to_regclass('dcr_client_registrations') as name")
      if (found.rows[0]?.name === null) await pool.query(migration())
      return pool
    } catch (error) {
      await pool.end()
      throw error
    }
  }
  const pool = await reach().catch((error) => {
    throw unreachable('PostgreSQL', error)
  })
  return { store: postgresStore(pool, { encryption }), close: () => pool.end() }
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
