import { once } from 'node:events'
import { inspect } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { postgresBackend } from '../../src/stores/postgres/backend.js'
import { migration, type PostgresPool, postgresStore } from '../../src/stores/postgres/index.js'
import type { StoredRegistration } from '../../src/stores/store.js'
import { eventually } from '../eventually.js'
import { failureOf } from '../failure-of.js'
import { freePort } from '../servers/free-port.js'
import { POSTGRES, type PostgresServer, startPostgres } from '../servers/postgres.js'
import { describeWith } from '../servers/programs.js'
import { storeContract } from './contract.js'
import { startReplicas } from './replicas/start.js'
import { COUNT, KEY } from './replicas/work.js'

const STORED: StoredRegistration = {
  issuer: 'https://as.example.com',
  client: { client_id: 'c1', client_secret: 'the-secret' },
}
const never = new AbortController().signal

describeWith(POSTGRES, 'postgresStore', () => {
  let server: PostgresServer
  /** For the tests themselves. */
  let admin: pg.Pool
  beforeAll(async () => {
    server = await startPostgres()
    admin = new pg.Pool({ connectionString: server.url }).on('error', () => {})
  }, 60_000)
  // Not the pool first: it would wait for what a failed test has not given back.
  afterAll(() => server?.stop())

  let places = 0
  /** The name of a table that no other test has. */
  const place = async () => {
    const table = `test_${places++}`
    await admin.query(migration({ table }))
    return table
  }
  const poolOf = (max = 10): pg.Pool => {
    const pool = new pg.Pool({ connectionString: server.url, max }).on('error', () => {})
    onTestFinished(() => pool.end())
    return pool
  }
  /** The server's own list of who holds a lock. */
  const holders = async (): Promise<number[]> => {
    const { rows } = await admin.query(`select pid from pg_locks where locktype = 'advisory' and granted`)
    return rows.map(({ pid }) => pid)
  }
  const countsOf = ({ totalCount, idleCount, waitingCount }: pg.Pool) => ({
    used: totalCount - idleCount,
    waitingCount,
  })
  const UNUSED = { used: 0, waitingCount: 0 }

  storeContract('pg', async () => {
    const table = await place()
    const pools = [0, 1].map(() => new pg.Pool({ connectionString: server.url }))
    const [store, other] = pools.map((pool) => postgresStore(pool, { table }))
    return {
      store: store ?? expect.fail(),
      another: () => other ?? expect.fail(),
      close: async () => void (await Promise.all(pools.map((pool) => pool.end()))),
    }
  })

  describe('the connection of a lock', () => {
    test('that broke: nothing is written by it any more, and nobody is disturbed', async () => {
      const [pool, table] = [poolOf(), await place()]
      const store = postgresStore(pool, { table })
      const taken = once(pool, 'acquire')
      await store.lock(KEY, async () => {
        const [connection] = (await taken) as [pg.PoolClient]
        const ended = new Promise((resolve) => connection.once('end', () => resolve('ended')))
        await admin.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [await holders()])
        await ended
        expect(await store.get(KEY)).toBeUndefined()
        expect(await store.set(KEY, STORED)).toBeUndefined()
        expect(await store.get(KEY)).toBeUndefined()
        // The next save has a lock of its own.
        expect(await store.set(KEY, STORED)).toEqual(expect.any(String))
      })
      expect(await store.lock(KEY, async () => 'next')).toBe('next')
      expect(countsOf(pool)).toEqual(UNUSED)
      expect(await holders()).toEqual([])
    })

    test('that breaks while it writes: a failure, and nothing is written', async () => {
      const [pool, table] = [poolOf(), await place()]
      const store = postgresStore(pool, { table })
      const blocker = await admin.connect()
      await store.lock(KEY, async () => {
        const [holder] = await holders()
        await blocker.query(`begin; lock table ${table} in share mode`)
        const saving = failureOf(store.set(KEY, STORED))
        await eventually(async () => {
          const { rows } = await admin.query('select pg_blocking_pids($1) <> $2 as blocked', [holder, []])
          expect(rows).toEqual([{ blocked: true }])
        })
        await admin.query('select pg_terminate_backend($1)', [holder])
        expect(await saving).toMatchObject({ code: 'store_failed', cause: { code: '57P01' } })
        await blocker.query('rollback')
      })
      blocker.release()
      expect(await store.get(KEY)).toBeUndefined()
      expect(await store.set(KEY, STORED)).toEqual(expect.any(String))
      expect(countsOf(pool)).toEqual(UNUSED)
    })

    test('that a pooler changes in between: a failure that says so, and nothing is written', async () => {
      const [pool, table] = [poolOf(2), await place()]
      const sessions = await Promise.all([pool.connect(), pool.connect()])
      const release = vi.fn()
      let queries = 0
      const pooler: PostgresPool = {
        connect: async () => ({
          query: (text, values) => (sessions[queries++ % 2] ?? expect.fail()).query(text, values),
          release,
          on: () => {},
          removeListener: () => {},
        }),
      }
      const hold = await postgresBackend(pooler, table).hold(KEY, never)
      const error = await failureOf(hold.write('1'))
      expect(error).toMatchObject({ code: 'store_failed' })
      expect(error.message).toContain(
        'there is a pooler in transaction mode in between: use its session mode',
      )
      expect((await admin.query(`select from ${table}`)).rows).toEqual([])
      expect(await hold.write('1')).toBe(true)
      expect(await failureOf(hold.remove())).toMatchObject({ code: 'store_failed' })
      await hold.read()
      await hold.release()
      expect(release.mock.calls).toEqual([[true]])
      for (const session of sessions) session.release(true)
      expect((await admin.query(`select registration from ${table}`)).rows).toEqual([{ registration: '1' }])
    })

    test('ends with its process: the next has the lock at once', async () => {
      const table = 'dcr_client_registrations'
      await admin.query(migration())
      onTestFinished(async () => {
        await admin.query(`drop table ${table}`)
      })
      const [holder] = await startReplicas(['pg'], server.url)
      await holder?.does('hold until killed')
      const store = postgresStore(poolOf())
      const impatient = store.lock(KEY, expect.fail, AbortSignal.timeout(200))
      await expect(impatient).rejects.toMatchObject({ name: 'TimeoutError' })
      const waiting = store.lock(KEY, async () => 'taken')
      await holder?.kill()
      expect(await waiting).toBe('taken')
    })
  })

  test('four processes lose nothing of what they change, under lock or by comparing', {
    // Four processes and a server may have to share one core with other tests.
    timeout: 120_000,
  }, async () => {
    await admin.query(migration())
    onTestFinished(async () => {
      await admin.query('drop table dcr_client_registrations')
    })
    const replicas = await startReplicas(['pg', 'pg', 'pg', 'pg'], server.url)
    const store = postgresStore(poolOf())
    await Promise.all(replicas.map((replica) => replica.does('increase under lock')))
    expect((await store.get(KEY))?.clockOffset).toBe(4 * COUNT)
    await Promise.all(replicas.map((replica) => replica.does('increase by comparing')))
    expect((await store.get(KEY))?.clockOffset).toBe(2 * 4 * COUNT)
  })

  describe('the pool', () => {
    for (const max of [1, 2]) {
      test(`of ${max} is enough for ten keys at once`, async () => {
        const pool = poolOf(max)
        const store = postgresStore(pool, { table: await place() })
        const keys = Array.from({ length: 10 }, (_, index) => `${index}`)
        const increase = async (key: string) => {
          const found = await store.get(key)
          return store.set(key, { ...STORED, revision: found?.revision })
        }
        const tasks = [...keys, ...keys].map((key) => store.lock(key, () => increase(key)))
        expect(await Promise.all(tasks)).not.toContain(undefined)
        expect(await store.list()).toHaveLength(keys.length)
        expect(countsOf(pool)).toEqual(UNUSED)
        expect(await holders()).toEqual([])
      })
    }

    test('has its connection while a lock is waited for', async () => {
      const [pool, table] = [poolOf(1), await place()]
      const [holding, waiting] = [postgresStore(poolOf(), { table }), postgresStore(pool, { table })]
      let next: Promise<string> | undefined
      await holding.lock(KEY, async () => {
        next = waiting.lock(KEY, async () => 'next')
        for (let round = 0; round < 20; round++) await waiting.get(KEY)
        expect(countsOf(pool).used).toBeLessThanOrEqual(1)
      })
      expect(await next).toBe('next')
      expect(countsOf(pool)).toEqual(UNUSED)
    })

    test('gets back what came too late for who gave up', async () => {
      const [pool, table] = [poolOf(1), await place()]
      const store = postgresStore(pool, { table })
      const connection = await pool.connect()
      const controller = new AbortController()
      const waiting = store.lock(KEY, expect.fail, controller.signal)
      await eventually(() => expect(pool.waitingCount).toBe(1))
      controller.abort(new Error('given up'))
      await expect(waiting).rejects.toThrow('given up')
      connection.release()
      expect(await store.get(KEY)).toBeUndefined()
      expect(countsOf(pool)).toEqual(UNUSED)
    })

    test('gets all back when a task, a query or a wait has failed', async () => {
      const [pool, table] = [poolOf(), await place()]
      const store = postgresStore(pool, { table })
      await expect(store.lock(KEY, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
      await admin.query(`drop table ${table}`)
      await failureOf(store.lock(KEY, () => store.get(KEY)))
      await failureOf(store.set(KEY, STORED))
      await failureOf(store.list())
      await postgresStore(poolOf(), { table }).lock(KEY, async () => {
        const impatient = store.lock(KEY, expect.fail, AbortSignal.timeout(100))
        await expect(impatient).rejects.toMatchObject({ name: 'TimeoutError' })
      })
      expect(countsOf(pool)).toEqual(UNUSED)
      expect(await holders()).toEqual([])
    })

    test('does not get back a connection whose query had no answer', async () => {
      const pool = new pg.Pool({ connectionString: server.url, query_timeout: 100 })
      onTestFinished(() => pool.end())
      const table = await place()
      const blocker = await admin.connect()
      await blocker.query(`begin; lock table ${table}`)
      const error = await failureOf(postgresStore(pool, { table }).get(KEY))
      expect(error).toMatchObject({ code: 'store_failed' })
      expect(pool.totalCount).toBe(0)
      await blocker.query('rollback')
      blocker.release()
    })

    test('that has none free is not waited for for ever', async () => {
      const [pool, table] = [poolOf(1), await place()]
      const connection = await pool.connect()
      const { timeout } = AbortSignal
      vi.spyOn(AbortSignal, 'timeout').mockImplementation((time) => timeout.call(AbortSignal, time / 100))
      const store = postgresStore(pool, { table })
      const calls = [store.get(KEY), store.list(), store.set(KEY, STORED), store.delete(KEY)]
      for (const error of await Promise.all(calls.map(failureOf))) {
        expect(error).toMatchObject({ code: 'store_failed' })
        expect(error.message).toContain('no connection')
      }
      connection.release()
    })

    test('that reaches no server, or is closed, is a failure', async () => {
      const closed = new pg.Pool({ connectionString: server.url })
      await closed.end()
      const nowhere = new pg.Pool({ host: '127.0.0.1', port: await freePort() })
      onTestFinished(() => nowhere.end())
      for (const store of [postgresStore(closed), postgresStore(nowhere)]) {
        const calls = [store.get(KEY), store.list(), store.set(KEY, STORED), store.lock(KEY, expect.fail)]
        for (const error of await Promise.all(calls.map(failureOf))) {
          expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed' })
        }
      }
      const { cause } = await failureOf(postgresStore(nowhere).get(KEY))
      expect(cause).toEqual({ code: 'ECONNREFUSED' })
    })
  })

  test('tells no secret when a write fails', async () => {
    const table = await place()
    await admin.query(`alter table ${table} add check (registration not like '%the-secret%')`)
    const error = await failureOf(postgresStore(poolOf(), { table }).set(KEY, STORED))
    expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', cause: { code: '23514' } })
    expect(error.message).toContain(table)
    expect(JSON.stringify(error) + inspect(error, { depth: 9, showHidden: true })).not.toContain('secret')
  })

  test('tells what to do when it is refused', async () => {
    const table = await place()
    await admin.query('create role reader login')
    await admin.query(`create table other (registration text)`)
    const storeWith = (settings: pg.PoolConfig, of = table) => {
      const pool = new pg.Pool({ connectionString: server.url, ...settings }).on('error', () => {})
      onTestFinished(() => pool.end())
      return postgresStore(pool, { table: of })
    }
    const as = (user: string) => ({ connectionString: server.url.replace('postgres@', `${user}@`) })
    const refusals = [
      [storeWith(as('reader')), '42501', 'grant select, insert, update and delete'],
      [storeWith(as('nobody_known')), '28000', 'a role that the server knows'],
      [storeWith({ options: '-c default_transaction_read_only=on' }), '25006', 'connect to the primary'],
      [storeWith({}, 'other'), '42703', 'migration()'],
    ] as const
    for (const [store, code, remedy] of refusals) {
      const error = await failureOf(store.set(KEY, STORED))
      expect(error).toMatchObject({ code: 'store_failed', cause: { code } })
      expect(error.message).toContain(`was refused by PostgreSQL (${code}): `)
      expect(error.message).toContain(remedy)
    }
  })

  test('lists 1,000', async () => {
    const table = await place()
    const store = postgresStore(poolOf(), { table })
    const keys = Array.from({ length: 1000 }, (_, index) => `${index}`)
    await Promise.all(keys.map((key) => store.set(key, STORED)))
    expect((await store.list()).map(([key]) => key).sort()).toEqual(keys.sort())
  })

  describe('the table', () => {
    test('that is not there: the error says how to make it', async () => {
      const error = await failureOf(postgresStore(poolOf(), { table: 'nowhere.to_be_found' }).get(KEY))
      expect(error).toMatchObject({ code: 'store_failed', cause: { code: '42P01' } })
      expect(error.message).toContain('"nowhere"."to_be_found"')
      expect(error.message).toContain('migration()')
    })

    test('is made once, by several at the same time', async () => {
      const connections = await Promise.all(Array.from({ length: 8 }, () => admin.connect()))
      for (let round = 0; round < 10; round++) {
        const sql = migration({ table: `made_${round}` })
        await Promise.all(connections.map((connection) => connection.query(sql)))
      }
      for (const connection of connections) connection.release()
    })

    test('is in any schema, has any case, and survives another migration', async () => {
      await admin.query('create schema "Apps"')
      const table = 'Apps.Registrations_1'
      await admin.query(migration({ table }))
      const store = postgresStore(poolOf(), { table })
      await store.set(KEY, STORED)
      await admin.query(migration({ table }))
      expect(await store.get(KEY)).toMatchObject(STORED)
    })

    test('tells an administrator what is whose, and since when', async () => {
      const table = await place()
      const store = postgresStore(poolOf(), { table })
      const revision = await store.set(KEY, STORED)
      // To the microsecond, which a Date has not.
      const query = `select key, extract(epoch from updated_at)::float8 as at from ${table}`
      const { rows: before } = await admin.query(query)
      await store.set(KEY, { ...STORED, revision })
      const { rows: after } = await admin.query(query)
      expect([before[0].key, after[0].key]).toEqual([KEY, KEY])
      expect(after[0].at).toBeGreaterThan(before[0].at)
    })
  })
})

describe('postgresStore refuses', () => {
  const pool: PostgresPool = { connect: () => expect.fail('a connection was taken') }
  const tables = ['', '.', 'a.', 'a.b.c', 'a b', 'a"b', 'a;--', '1a', 'ä', 'a'.repeat(64), null, 1]
  for (const table of tables as string[]) {
    test(`the table ${JSON.stringify(table)}`, () => {
      const refusal = expect.objectContaining({ name: 'DcrError', code: 'invalid_argument' })
      expect(() => postgresStore(pool, { table })).toThrow(refusal)
      expect(() => migration({ table })).toThrow(refusal)
    })
  }

  test('what is no pool', () => {
    for (const none of [undefined, {}, 'postgres://localhost/', new pg.Client()]) {
      expect(() => postgresStore(none as never)).toThrow(
        expect.objectContaining({ code: 'invalid_argument' }),
      )
    }
  })
})
