import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

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
