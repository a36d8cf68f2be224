import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { fileStore } from '../../src/stores/file/index.js'
import { journalStore } from '../../src/stores/journal/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { certificate } from '../servers/certificates.js'
import { startProvider } from '../servers/oidc-provider.js'
import { writeManifest } from './apply-set-up.js'
import { DCR, dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

/* What people get wrong, and what they are told: in the words of the command, with what to do. */

const ISSUER = 'https://as.example.com'
const APP = ['register', ISSUER, '--name', 'App']

test.each<[line: string[], told: string]>([
  [[...APP, '--as', ''], '--as must be 1 to 256 characters'],
  [[...APP, '--trusted-origin', 'foo'], '--trusted-origin must be a list of origins'],
  [
    [...APP, '--manage-with', 'initial_access_token'],
    '--manage-with is "initial_access_token", and there is no --token-env or --token-file',
  ],
  [[...APP, '--timeout', '99999999999'], '--timeout must be seconds, more than 0 and at most 2147483'],
  [['export', ISSUER, '--prefix', '1-'], '--prefix must be of letters'],
  [['list', '--store', 'redis://127.0.0.1:port'], '--store is no URL: it must be redis://HOST:PORT'],
  [
    ['list', '--store', 'postgres://h:port/db'],
    '--store is no URL: it must be postgres://HOST:PORT/DATABASE',
  ],
])('2: %j', async (line, told) => {
  const { code, stdout, stderr } = await dcr(line)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(told)
  expect(stderr).not.toMatch(/options\.|reported?|ERR_/)
})

test('2: a URL of a store with a password is not repeated', async () => {
  const environment = { DCR_STORE: 'postgres://user:s3/cr3t@h/db' }
  const { code, stderr } = await dcr(['list'], { environment })
  expect([code, stderr]).toEqual([2, expect.stringContaining('DCR_STORE is no URL')])
  expect(stderr).not.toContain('cr3t')
})

test('2: a format that cannot hold the result is refused before anything is done', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer()
  const file = writeManifest(folder, server.origin, 1)
  for (const line of [['apply', file], ['destroy', file, '--yes'], ['renew']]) {
    const { code, stdout, stderr } = await dcr([...line, '--output', 'env'], { folder })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Allowed choices are json, yaml, table.')
  }
  expect(server.connections).toBe(0)
})

test('1: a store of the other kind is told by how it is opened', { timeout: MANY_PROCESSES }, async () => {
  const folder = emptyFolder()
  const stored = { issuer: ISSUER, name: 'default' }
  await fileStore({ directory: join(folder, 'files') }).set(registrationKey(ISSUER, 'default'), stored)
  await journalStore({ directory: join(folder, 'one') }).set(registrationKey(ISSUER, 'default'), stored)
  for (const [store, told] of [
    ['journal:files', 'open it with --store file:PATH, or pass another directory'],
    ['file:one', 'open it with --store journal:PATH, or pass another directory'],
  ] as const) {
    const { code, stderr } = await dcr(['list', '--store', store], { folder })
    expect([code, stderr]).toEqual([1, expect.stringContaining(told)])
  }
})

test('2: without a home, the command says how to name a folder', async () => {
  const environment = { HOME: '', XDG_STATE_HOME: '', LOCALAPPDATA: '' }
  const { code, stderr } = await dcr(['list'], { environment })
  expect([code, stderr]).toEqual([2, expect.stringContaining('name a directory with --store file:PATH')])
})

test.skipIf(process.platform === 'win32')('2: in a folder that is not there any more', async () => {
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"'
  const line = ['-c', script, process.execPath, DCR, 'list', '--store', 'file:here']
  const { code, stdout, stderr } = await promisify(execFile)('sh', line, { cwd: emptyFolder() }).catch(
    (error) => error,
  )
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('the working directory is not there any more')
})

test('2: http: on this machine is told in the words of the command, once', async () => {
  const { code, stderr } = await dcr(['discover', 'http://127.0.0.1:1'])
  expect([code, stderr]).toEqual([
    2,
    'dcr: discover: the issuer is not https (http://127.0.0.1:1/); give --allow-insecure-requests to reach a server on this machine. Nothing was sent.\n',
  ])
})

test('2: so it is in a manifest, by apply as by plan, and not once for each client', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer()
  const file = writeManifest(folder, server.origin, 3)
  for (const line of [
    ['plan', file],
    ['apply', file],
    ['destroy', file, '--yes'],
  ]) {
    const { code, stdout, stderr } = await dcr(line, { folder })
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('--allow-insecure-requests')])
    expect(stderr.split('\n')).toHaveLength(2)
  }
  expect(server.connections).toBe(0)
})

test('2: a member that is misspelt is not sent, but may be taken away', async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  writeFileSync(join(folder, 'app.json'), '{ "redirect_urls": ["https://app.example.com/cb"] }')
  const http = '--allow-insecure-requests'
  const register = ['register', server.origin, http, '--name', 'App']
  for (const [line, told] of [
    [[...register, '--metadata', 'app.json'], 'the member redirect_urls: did you mean redirect_uris?'],
    [[...register, '--set', 'contact=[]'], 'the member contact: did you mean contacts?'],
  ] as const) {
    const { code, stdout, stderr } = await dcr([...line], { folder })
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(told)])
  }
  expect(server.requests).toEqual([])
  expect((await dcr(register, { folder })).code).toBe(0)
  const taken = await dcr(['update', server.origin, http, '--set', 'contact=null'], { folder })
  expect([taken.code, taken.stderr]).toEqual([0, expect.not.stringContaining('did you mean')])
})

test('1: a certificate of an unknown authority is told with how to name it', async () => {
  const { issuer, close } = await startProvider({ tls: certificate('unknown-authority') })
  onTestFinished(close)
  const { code, stderr } = await dcr(['discover', issuer])
  expect([code, stderr]).toEqual([1, expect.stringContaining('NODE_EXTRA_CA_CERTS=FILE')])
})

test('1: a store in clear that is opened with a key is told so, and no other key is asked for', async () => {
  const folder = emptyFolder()
  const stored = { issuer: ISSUER, name: 'default' }
  await fileStore({ directory: join(folder, 'kept') }).set(registrationKey(ISSUER, 'default'), stored)
  const environment = { DCR_STORE: 'file:kept', DCR_STORE_KEY: `k1:${'0'.repeat(64)}` }
  const { code, stderr } = await dcr(['list'], { folder, environment })
  expect([code, stderr]).toEqual([1, expect.stringContaining('is not encrypted, and a key was given')])
  expect(stderr).not.toContain('Its key')
})
