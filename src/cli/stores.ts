import { fileURLToPath } from 'node:url'
import type { CredentialStore, Encryption } from '../index.js'
import { CommandError, UsageError } from './errors.js'

/** Before the host, with what a careless hand leaves unescaped in it, or in the query, where PostgreSQL takes it too. */
const PASSWORD = /^\w+:\/\/[^@]*:[^@]+@|[?&](ssl)?password=/i

/** A store, and what ends its connections. */
export interface OpenStore {
  readonly store: CredentialStore
  close(): Promise<void>
}

/** The variable that names the store where `--store` does not. */
export const STORE_VARIABLE = 'DCR_STORE'

/** Milliseconds: a database that is there answers sooner, and a person is still waiting. */
const CONNECT_TIMEOUT = 5000

/**
 * Opens the store of a URL: `file:`, `redis:`, `postgres:` or `memory:`.
 *
 * @param option - The URL of `--store`; it may have no password, as an argument can be read by everybody.
 * @param encryption - What it is encrypted with; `memory:` is not.
 * @throws {UsageError} It is no such URL.
 * @throws {CommandError} The database cannot be reached, or its package is not there.
 */
export async function openStore(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  encryption: Encryption | undefined,
): Promise<OpenStore> {
  const text = option ?? (environment[STORE_VARIABLE] || 'file:')
  const source = option === undefined ? STORE_VARIABLE : '--store'
  const scheme = /^([a-z]+):/.exec(text)?.[1]
  if (option !== undefined && PASSWORD.test(option)) {
    throw new UsageError(
      `--store is not taken with a password in it: an argument can be read by everybody on this machine; put the URL into ${STORE_VARIABLE}`,
    )
  }
  if (scheme === 'file') return fileStoreAt(text, source, encryption)
  if (scheme === 'memory') return memory()
  if (scheme === 'redis' || scheme === 'rediss') return redisAt(text, encryption)
  if (scheme === 'postgres' || scheme === 'postgresql') return postgresAt(text, encryption)
  throw new UsageError(
    `${source} must be file:PATH, redis://HOST, postgres://HOST/DATABASE or memory:, and not of another kind`,
  )
}

async function memory(): Promise<OpenStore> {
  const { memoryStore } = await import('../stores/memory.js')
  return { store: memoryStore(), close: async () => {} }
}

async function fileStoreAt(
  text: string,
  source: string,
  encryption: Encryption | undefined,
): Promise<OpenStore> {
  const { fileStore } = await import('../stores/file/index.js')
  const path = text.slice('file:'.length)
  const close = async () => {}
  if (path === '') return { store: fileStore({ encryption }), close }
  // Without slashes it is a path as the shell has it, with two of them a URL.
  return {
    store: fileStore({ directory: path.startsWith('//') ? pathOf(text, source) : path, encryption }),
    close,
  }
}

function pathOf(url: string, source: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    throw new UsageError(`${source} must be file:PATH, or file:///PATH with three slashes`)
  }
}

async function redisAt(url: string, encryption: Encryption | undefined): Promise<OpenStore> {
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

async function postgresAt(connectionString: string, encryption: Encryption | undefined): Promise<OpenStore> {
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
