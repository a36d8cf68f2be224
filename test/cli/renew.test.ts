import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileStore } from '../../src/stores/file/index.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import type { Step } from '../servers/scripted.js'
import { writeManifest } from './apply-set-up.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

/* Secrets that are about to expire, good yet, and not renewed. */

const HTTP = '--allow-insecure-requests'
const APP = ['--redirect-uri', 'https://app.example.com/cb', '--name', 'App']

/** Half a minute of an hour is left: `apply` would renew it, too. */
const LEFT = 30

/** A folder with clients of these names, whose secrets end in half a minute. */
async function expiring(names: readonly string[]) {
  const folder = emptyFolder()
  const server = await startAuthorizationServer({ lifetime: 3600 })
  for (const name of names) await dcr(['register', server.origin, ...APP, HTTP, '--as', name], { folder })
  return { folder, server, end: await letExpire(folder) }
}

async function letExpire(folder: string): Promise<number> {
  const store = fileStore({ directory: join(folder, 'state', 'dcr-client') })
  const now = Math.floor(Date.now() / 1000)
  for (const [key, stored] of await store.list()) {
    const { client } = stored
    if (!client) continue
    const ending = { ...client, client_secret_expires_at: now + LEFT }
    await store.set(key, { ...stored, receivedAt: now - 3600, client: ending })
  }
  return now + LEFT
}

const seconds = (text: string) => Date.parse(text) / 1000

test('1: the server refuses, and the result says until when the secret is good', {
  timeout: MANY_PROCESSES,
}, async () => {
  const { folder, server, end } = await expiring(['shop'])
  server.refuse('PUT', { status: 403 })
  server.refuse('POST', { status: 403 })
  const { code, stdout, stderr } = await dcr(['renew', HTTP], { folder })
  const [row] = JSON.parse(stdout)
  expect([code, row]).toMatchObject([1, { name: 'shop', action: 'failed', error: 'forbidden' }])
  expect(seconds(row.secret_expires)).toBe(end)
  expect(stderr).toContain(`${server.origin} "shop": renew: POST ${server.origin}/register answered 403`)
  expect(stderr).toContain('[renewal_failed]')
})

test('3: one of two is renewed', { timeout: MANY_PROCESSES }, async () => {
  const { folder, server, end } = await expiring(['one', 'two'])
  server.refuse('PUT', { status: 429 })
  const { code, stdout } = await dcr(['renew', HTTP], { folder })
  const rows: { action: string; secret_expires: string }[] = JSON.parse(stdout)
  expect([code, rows.map(({ action }) => action).sort()]).toEqual([3, ['failed', 'update']])
  for (const { action, secret_expires } of rows)
    expect(seconds(secret_expires) > end).toBe(action === 'update')
})

test('4: the answer is lost, and the server cannot be asked what it did', {
  timeout: MANY_PROCESSES,
}, async () => {
  const { folder, server } = await expiring(['shop'])
  server.lose('PUT', 'close')
  server.refuse('GET', ...Array<Step>(3).fill('close'))
  const { code, stdout } = await dcr(['renew', HTTP, '--timeout', '4'], { folder })
  expect([code, JSON.parse(stdout)]).toMatchObject([4, [{ action: 'failed' }]])
})

test('apply fails for such a client, too', { timeout: MANY_PROCESSES }, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer({ lifetime: 3600 })
  const file = writeManifest(folder, server.origin, 1)
  expect((await dcr(['apply', file, HTTP], { folder })).code).toBe(0)
  await letExpire(folder)
  server.refuse('PUT', { status: 403 })
  server.refuse('POST', { status: 403 })
  const { code, stdout, stderr } = await dcr(['apply', file, HTTP], { folder })
  const [client] = server.clients.keys()
  expect([code, JSON.parse(stdout)]).toMatchObject([1, [{ action: 'failed', client_id: client }]])
  expect(stderr).toContain('answered 403')
})
