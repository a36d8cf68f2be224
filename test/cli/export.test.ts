import { lstatSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileStore } from '../../src/stores/file/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

/* What `dcr export` refuses to write, and what it says where it cannot write all of it. */

const ISSUER = 'https://as.example.com'

/** A folder whose store has a client with that secret. */
async function keeping(client_secret: string): Promise<string> {
  const folder = emptyFolder()
  const client = { client_id: 'abc', client_secret, client_secret_expires_at: 0 }
  const stored = { issuer: ISSUER, name: 'default', client }
  await fileStore({ directory: join(folder, 'store') }).set(registrationKey(ISSUER, 'default'), stored)
  return folder
}

const exported = (folder: string, ...line: string[]) =>
  dcr(['export', ISSUER, '--store', 'file:store', ...line], { folder })

test('a secret that no env file can hold is no success', { timeout: MANY_PROCESSES }, async () => {
  const folder = await keeping("it's-a-secret")
  const { code, stderr } = await exported(folder, '--file', 'client.env')
  expect(code).toBe(3)
  expect(stderr).toContain(
    'CLIENT_SECRET cannot be written into an env file, and is left out: --format json has it.\n',
  )
  expect((await exported(folder, '--file', 'client.json', '--format', 'json')).code).toBe(0)
})

test('a link is not replaced, nor what it leads to', async () => {
  const folder = await keeping('secret-0123456789')
  writeFileSync(join(folder, 'target'), 'as it was')
  symlinkSync('target', join(folder, 'link'))
  const { code, stderr } = await exported(folder, '--file', 'link')
  expect([code, stderr]).toEqual([
    1,
    'dcr: the file of --file is there, and is no regular file: name another\n',
  ])
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
})

test('names that Kubernetes does not take', { timeout: MANY_PROCESSES }, async () => {
  const folder = await keeping('secret-0123456789')
  const asSecret = (...line: string[]) => exported(folder, '--format', 'kubernetes', ...line)
  for (const name of ['a..b', 'a.-b', '-a', 'A', 'a'.repeat(64), '']) {
    const { code, stderr } = await asSecret('--secret-name', name)
    expect([name, code, stderr.split('\n')[0]]).toEqual([
      name,
      2,
      'dcr: --secret-name must be of lower case letters and digits, with - and . between them',
    ])
  }
  for (const name of ['a.b', 'a\nkind: Pod'])
    expect((await asSecret('--namespace', name)).stderr).toMatch(/^dcr: --namespace must be /)
  expect((await asSecret('--secret-name', 'a-1.b', '--namespace', 'shop')).code).toBe(0)
})
