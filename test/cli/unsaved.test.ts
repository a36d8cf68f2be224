import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileStore } from '../../src/stores/file/index.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { rewrite, storedAt } from '../registrar/set-up.js'
import { writeManifest } from './apply-set-up.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

/* What a server has given when the store fails before it is saved, as on a full disk. */

const OPTIONS = ['--allow-insecure-requests', '--store', 'file:kept']

/** A server that has made a client when the store is not there any more. */
async function serverBefore(folder: string) {
  const server = await startAuthorizationServer()
  const kept = join(folder, 'kept')
  server.lose('POST', () => {
    rmSync(kept, { recursive: true })
    writeFileSync(kept, '')
    return { status: 201, body: [...server.clients.values()].at(-1) }
  })
  return { server, heal: () => rmSync(kept) }
}

const rescuedIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('dcr-client-'))

test.each(['', '/nowhere'])(
  'is in a file of this user, by which the client can be deleted; TMPDIR %s',
  {
    timeout: MANY_PROCESSES,
  },
  async (elsewhere) => {
    const folder = emptyFolder()
    const { server, heal } = await serverBefore(folder)
    const environment = { TMPDIR: elsewhere || folder }
    const line = ['register', server.origin, '--redirect-uri', 'https://app.example.com/cb', ...OPTIONS]
    const { code, stdout, stderr } = await dcr(line, { folder, environment })
    const [client] = server.clients.values()
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toContain(`The client is ${client?.client_id}.\nWhat the server gave is in ${folder}`)
    expect(stderr).not.toMatch(/error\.client|secret-\d|token-\d/)
    const [name = ''] = rescuedIn(folder)
    expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toEqual(client)
    if (process.platform !== 'win32') expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)

    heal()
    const deleted = await dcr(['delete', server.origin, '--client', name, ...OPTIONS], { folder })
    expect([deleted.code, server.clients.size]).toEqual([0, 0])
  },
)

test('is taken in by the command that is told, under its name, and is as if it had been kept', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const { server, heal } = await serverBefore(folder)
  const app = ['--redirect-uri', 'https://app.example.com/cb', '--as', 'shop', ...OPTIONS]
  const { stderr } = await dcr(['register', server.origin, ...app], {
    folder,
    environment: { TMPDIR: folder },
  })
  expect(stderr).toContain('`dcr register ISSUER --client FILE --as NAME` keeps it')
  heal()
  const [file = ''] = rescuedIn(folder)
  const line = ['register', server.origin, '--client', file, '--as', 'shop', ...OPTIONS]
  const taken = await dcr(line, { folder })
  expect([taken.code, taken.stderr]).toEqual([0, '"shop" is this client now; nothing was registered.\n'])
  const [client] = server.clients.values()
  expect(JSON.parse(taken.stdout)).toMatchObject({ client_id: client?.client_id })
  // Nothing has to be done for what was wanted at first.
  expect((await dcr(['register', server.origin, ...app], { folder })).stderr).toContain('nothing was sent')
  expect(server.asked).toBe('POST')
  const updated = await dcr(['update', server.origin, '--name', 'Shop', '--as', 'shop', ...OPTIONS], {
    folder,
  })
  expect([updated.code, server.asked]).toEqual([0, 'POST PUT'])
})

test.each(['register', 'get'])(
  'after an update has newer credentials than the store, and `dcr %s` takes them',
  {
    timeout: MANY_PROCESSES,
  },
  async (command) => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    const app = ['register', server.origin, '--redirect-uri', 'https://app.example.com/cb', ...OPTIONS]
    await dcr(app, { folder })
    const kept = join(folder, 'kept')
    const aside = join(folder, 'aside')
    server.lose('PUT', () => {
      renameSync(kept, aside)
      writeFileSync(kept, '')
      return { status: 200, body: [...server.clients.values()].at(-1) }
    })
    const environment = { TMPDIR: folder }
    const update = ['update', server.origin, '--name', 'App 2', ...OPTIONS]
    expect((await dcr(update, { folder, environment })).code).toBe(4)
    rmSync(kept)
    renameSync(aside, kept)
    const [file = ''] = rescuedIn(folder)
    const taken = await dcr([command, server.origin, '--client', file, ...OPTIONS], { folder })
    expect(taken.code).toBe(0)
    const read = await dcr(['get', server.origin, '--show-secrets', ...OPTIONS], { folder })
    expect([read.code, JSON.parse(read.stdout)]).toEqual([0, [...server.clients.values()][0]])
    const deleted = await dcr(['delete', server.origin, '--client', file, ...OPTIONS], { folder })
    expect([deleted.code, server.clients.size]).toEqual([0, 0])
  },
)

test('is void, too, where nobody can manage the client: what is kept goes, and is listed', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer()
  await dcr(['register', server.origin, '--redirect-uri', 'https://app.example.com/cb', ...OPTIONS], {
    folder,
  })
  const [client] = server.clients.values()
  if (!client) throw new Error('nothing was registered')
  writeFileSync(join(folder, 'old.json'), JSON.stringify({ ...client, registration_access_token: 'older' }))
  await rewrite(fileStore({ directory: join(folder, 'kept') }), server.origin, (stored) => ({
    ...stored,
    trouble: 'management_locked',
  }))
  server.clients.set(client.client_id, { ...client, registration_access_token: 'of nobody' })
  const { code } = await dcr(['delete', server.origin, '--client', 'old.json', ...OPTIONS], { folder })
  expect(code).toBe(3)
})

test('is not believed with the same token and another secret, where the server does not tell which is in force', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer({ rotates: false })
  const app = ['register', server.origin, '--redirect-uri', 'https://app.example.com/cb', ...OPTIONS]
  await dcr(app, { folder })
  const [client] = server.clients.values()
  if (!client) throw new Error('nothing was registered')
  writeFileSync(join(folder, 'old.json'), JSON.stringify({ ...client, client_secret: 'older' }))
  const store = fileStore({ directory: join(folder, 'kept') })
  const intent = { id: 'u', operation: 'update', at: 1 } as const
  await rewrite(store, server.origin, (stored) => ({ ...stored, intent }))
  const { client_secret, ...body } = client
  server.refuse('GET', { body })
  const taken = await dcr(['register', server.origin, '--client', 'old.json', ...OPTIONS], { folder })
  expect([taken.code, taken.stderr]).toEqual([
    1,
    expect.stringContaining('register: the client_secret that was given is not the one that is kept'),
  ])
  expect((await storedAt(store, server.origin)).client?.client_secret).toBe(client_secret)
})

test('is refused under a name that is another client, and where it is kept under another', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer()
  const app = ['register', server.origin, '--name', 'App', ...OPTIONS]
  await dcr([...app, '--as', 'shop'], { folder })
  writeFileSync(join(folder, 'other.json'), JSON.stringify({ client_id: 'other' }))
  writeFileSync(join(folder, 'same.json'), JSON.stringify({ client_id: [...server.clients.keys()][0] }))
  const take = (file: string, ...more: string[]) =>
    dcr(['register', server.origin, '--client', file, ...OPTIONS, ...more], { folder })
  for (const [refused, code, words] of [
    [
      await take('other.json', '--as', 'shop'),
      1,
      'another client is kept as "shop" for this issuer: pass another --as',
    ],
    [await take('same.json', '--as', 'bank'), 1, 'this client is kept already, as "shop": pass that as --as'],
    [await take('other.json', '--name', 'App'), 2, 'give --client or what to register, not both'],
  ] as const)
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([code, '', expect.stringContaining(words)])
})

test('is in a file after apply, too', { timeout: MANY_PROCESSES }, async () => {
  const folder = emptyFolder()
  const { server } = await serverBefore(folder)
  const file = writeManifest(folder, server.origin, 1)
  const { code, stderr } = await dcr(['apply', file, ...OPTIONS], { folder, environment: { TMPDIR: folder } })
  expect([code, rescuedIn(folder)]).toEqual([4, [expect.anything()]])
  expect(stderr).toContain('What the server gave is in ')
})

test('is not written in clear where the store is encrypted', { timeout: MANY_PROCESSES }, async () => {
  const folder = emptyFolder()
  const { server } = await serverBefore(folder)
  const environment = { TMPDIR: folder, DCR_STORE_KEY: `one:${'0'.repeat(64)}` }
  const line = ['register', server.origin, '--redirect-uri', 'https://app.example.com/cb', ...OPTIONS]
  const { code, stderr } = await dcr(line, { folder, environment })
  const [client] = server.clients.values()
  expect([code, rescuedIn(folder)]).toEqual([4, []])
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`The client is ${client?.client_id}.`)
})
