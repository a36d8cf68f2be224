import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { createClient } from 'redis'
import { expect, onTestFinished, test } from 'vitest'
import { aesGcm, type ClientInformation, type CredentialStore, type Encryption } from '../../src/index.js'
import { journalStore } from '../../src/stores/journal/index.js'
import { migration, postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { POSTGRES, startPostgres } from '../servers/postgres.js'
import { describeWith } from '../servers/programs.js'
import { REDIS, startRedis } from '../servers/redis.js'
import { writeManifest } from './apply-set-up.js'
import { dcr, emptyFolder, MANY_PROCESSES, startDcr } from './run-dcr.js'

const HTTP = '--allow-insecure-requests'

/** All that the files of a folder hold. */
function contents(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join()
}

test('a store is encrypted, its key rotated, and nothing of it told', {
  timeout: MANY_PROCESSES,
}, async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  const environment = { DCR_STORE: 'file:clients' }
  const run = (line: string[], more: Record<string, string> = {}) =>
    dcr(line, { folder, environment: { ...environment, ...more } })
  const older = `2026:${randomBytes(32).toString('hex')}`
  const newer = `2027:${randomBytes(32).toString('base64url')}`

  const registered = await run(['register', server.origin, '--name', 'App', HTTP], { DCR_STORE_KEY: older })
  expect(registered.code).toBe(0)
  const [client] = server.clients.values()
  expect(contents(join(folder, 'clients'))).not.toContain(client?.client_secret)

  const locked = await run(['list'])
  expect([locked.code, locked.stdout]).toEqual([1, ''])
  expect(locked.stderr).toContain('--store-key-file PATH')

  writeFileSync(join(folder, 'keys'), `${newer}\n${older}\n`)
  const resealed = await run(['reseal', '--store-key-file', 'keys'])
  expect([resealed.code, JSON.parse(resealed.stdout)]).toEqual([0, { saved: 1 }])
  const listed = await run(['list', '--store-key-env', 'NEWER'], { NEWER: newer })
  expect(JSON.parse(listed.stdout)).toMatchObject([{ client_id: client?.client_id }])
  expect((await run(['list'], { DCR_STORE_KEY: older })).code).toBe(1)
})

test('a wrong key is told once for all clients of a manifest', { timeout: MANY_PROCESSES }, async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  const apply = (key: string) =>
    dcr(['apply', writeManifest(folder, server.origin, 3), HTTP], {
      folder,
      environment: { DCR_STORE: 'file:clients', DCR_STORE_KEY: key },
    })
  expect((await apply(`k:${randomBytes(32).toString('hex')}`)).code).toBe(0)
  const { code, stderr } = await apply(`k:${randomBytes(32).toString('hex')}`)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^bank: "client-1", "client-2", "client-3": [^\n]+\n[^\n]+\n3 failed\.\n$/)
  expect(server.clients.size).toBe(3)
})

test('a journal is resealed although that was killed, and has nothing of the old key then', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const [older, newer] = [randomBytes(32), randomBytes(32)]
  const encryption = aesGcm([{ id: 'older', key: older }])
  const store = journalStore({ directory: join(folder, 'clients'), encryption })
  // More than can be saved before it is killed.
  const names = Array.from({ length: 3000 }, (_, index) => `client ${index}`)
  const issuer = 'https://as.example.com'
  await Promise.all(
    names.map((name) =>
      store.set(registrationKey(issuer, name), { issuer, name, client: { client_id: name } }),
    ),
  )
  writeFileSync(join(folder, 'keys'), `newer:${newer.toString('hex')}\nolder:${older.toString('hex')}\n`)
  const line = ['reseal', '--store', 'journal:clients', '--store-key-file', 'keys']
  const journal = () => readFileSync(join(folder, 'clients', 'journal'), 'utf8')
  const { child, result } = startDcr(line, { folder })
  await expect.poll(journal, { timeout: 30_000, interval: 1 }).toContain('"sealed":"newer"')
  child.kill('SIGKILL')
  expect((await result).code).toBeNull()

  const clients = async (...keys: string[]) => {
    const environment = { DCR_STORE_KEY: keys.join(' ') }
    const { stdout } = await dcr(['list', '--store', 'journal:clients'], { folder, environment })
    return stdout && JSON.parse(stdout).map(({ client_id }: { client_id: string }) => client_id)
  }
  const both = [`newer:${newer.toString('hex')}`, `older:${older.toString('hex')}`]
  expect((await clients(...both)).sort()).toEqual([...names].sort())
  const again = await dcr(line, { folder })
  expect([again.code, JSON.parse(again.stdout)]).toEqual([0, { saved: names.length }])
  expect(journal()).not.toContain('"sealed":"older"')
  expect((await clients(both[0] ?? '')).sort()).toEqual([...names].sort())
  expect(await clients(both[1] ?? '')).toBe('')
})

/** Reseals what is kept in a database, and looks at all that this has then. */
async function resealed(
  url: string,
  open: (encryption: Encryption) => CredentialStore,
  raw: () => Promise<string>,
) {
  const folder = emptyFolder()
  const [older, newer] = [randomBytes(32), randomBytes(32)]
  const store = open(aesGcm([{ id: 'older', key: older }]))
  // More than are saved at once.
  const names = Array.from({ length: 20 }, (_, index) => `client ${index}`)
  const issuer = 'https://as.example.com'
  for (const name of names)
    await store.set(registrationKey(issuer, name), { issuer, name, client: { client_id: name } })
  writeFileSync(join(folder, 'keys'), `newer:${newer.toString('hex')}\nolder:${older.toString('hex')}\n`)
  const environment = { DCR_STORE: url }
  const done = await dcr(['reseal', '--store-key-file', 'keys'], { folder, environment })
  expect([done.code, JSON.parse(done.stdout)]).toEqual([0, { saved: names.length }])
  expect((await raw()).match(/"sealed\W+\w+/g)?.map((found) => found.slice(-5))).toEqual(
    names.map(() => 'newer'),
  )
  const run = (id: string, key: Buffer) =>
    dcr(['list'], { folder, environment: { ...environment, DCR_STORE_KEY: `${id}:${key.toString('hex')}` } })
  const { stdout } = await run('newer', newer)
  expect(
    JSON.parse(stdout)
      .map(({ client_id }: ClientInformation) => client_id)
      .sort(),
  ).toEqual([...names].sort())
  const locked = await run('older', older)
  expect([locked.code, locked.stderr]).toEqual([1, expect.stringContaining('--store-key-file PATH')])
}

describeWith(REDIS, 'Redis', () => {
  test('is resealed', { timeout: MANY_PROCESSES }, async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const client = await createClient({ url: redis.url }).connect()
    const raw = async () => (await client.mGet(await client.keys('*'))).join('\n')
    try {
      await resealed(redis.url, (encryption) => redisStore(client, { encryption }), raw)
    } finally {
      client.destroy()
    }
  })
})

describeWith(POSTGRES, 'PostgreSQL', () => {
  test('is resealed', { timeout: MANY_PROCESSES }, async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const pool = new pg.Pool({ connectionString: postgres.url })
    await pool.query(migration())
    const raw = async () => {
      const { rows } = await pool.query('select * from dcr_client_registrations')
      return rows.flatMap((row) => Object.values(row)).join('\n')
    }
    try {
      await resealed(postgres.url, (encryption) => postgresStore(pool, { encryption }), raw)
    } finally {
      await pool.end()
    }
  })
})

test.each([
  ['no identifier', randomBytes(32).toString('hex'), 'ID:KEY'],
  ['too short', `a:${randomBytes(16).toString('hex')}`, '32 random bytes'],
  ['a password', 'a:correct horse battery staple', '32 random bytes'],
  [
    'one identifier twice',
    `a:${randomBytes(32).toString('hex')} a:${randomBytes(32).toString('hex')}`,
    'same ID',
  ],
])('a key is refused, and not repeated: %s', async (_what, key, told) => {
  const { code, stdout, stderr } = await dcr(['list'], { environment: { DCR_STORE_KEY: key } })
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(told)])
  for (const part of key.split(/[: ]/)) if (part.length > 5) expect(stderr).not.toContain(part)
})

test('a key is no argument', async () => {
  const { code, stderr } = await dcr(['list', '--store-key', 'secret'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('--store-key-file PATH')])
})
