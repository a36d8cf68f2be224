import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { DcrClient } from '../src/index.js'
import { migration, postgresStore } from '../src/stores/postgres/index.js'
import { startAuthorizationServer } from './registrar/authorization-server.js'
import { POSTGRES, type PostgresServer, startPostgres } from './servers/postgres.js'
import { describeWith } from './servers/programs.js'

describeWith(POSTGRES, 'ten registrations at once', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(() => server?.stop())

  test.each([1, 10])('on a pool of %d: none waits for a connection that another holds', async (max) => {
    const as = await startAuthorizationServer()
    const pool = new pg.Pool({ connectionString: server.url, max }).on('error', () => {})
    onTestFinished(() => pool.end())
    const table = `at_once_${max}`
    await pool.query(migration({ table }))
    const store = postgresStore(pool, { table })
    const dcr = new DcrClient(as.metadata, { store, allowInsecureRequests: true })
    const metadata = { redirect_uris: ['https://app.example.com/cb'] }
    const clients = await Promise.all(Array.from({ length: 10 }, () => dcr.register(metadata)))
    const stored = await store.list()
    expect(stored.map(([, { client }]) => client?.client_id).sort()).toEqual(
      clients.map(({ client_id }) => client_id).sort(),
    )
    expect(as.clients.size).toBe(10)
    // No intent is left.
    expect(stored.filter(([key]) => key.includes('registering'))).toEqual([])
  })
})
