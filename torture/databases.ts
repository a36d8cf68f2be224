import type { Place } from './places.js'

/** A real database, started for one part of a run. */
interface Database {
  readonly url: string
  stop(): Promise<void>
}

/** How a database is started, or why it cannot be. */
const databases = {
  async redis(): Promise<Database | string> {
    const { folderOf } = await import('../test/servers/programs.js')
    const { REDIS, startRedis } = await import('../test/servers/redis.js')
    return folderOf(...REDIS) ? startRedis() : `${REDIS.join(' and ')} must be installed`
  },
  async postgres(): Promise<Database | string> {
    const { folderOf } = await import('../test/servers/programs.js')
    const { POSTGRES, startPostgres } = await import('../test/servers/postgres.js')
    if (!folderOf(...POSTGRES)) return `${POSTGRES.join(' and ')} must be installed`
    const database = await startPostgres()
    const { migration } = await import('dcr-client/stores/postgres')
    const { default: pg } = await import('pg')
    const client = new pg.Client(database.url)
    await client.connect()
    await client.query(migration())
    await client.end()
    return database
  },
}

/** Runs what is to be shown of processes that share a database instead of a disk: they could be on many machines. */
export async function inDatabase(
  kind: keyof typeof databases,
  show: (place: Place) => Promise<string>,
): Promise<string> {
  const database = await databases[kind]()
  if (typeof database === 'string') {
    if (process.env.DCR_REQUIRE_SERVERS) throw new Error(database)
    return `SKIPPED: ${database}`
  }
  try {
    return await show({ kind, url: database.url })
  } finally {
    await database.stop()
  }
}
