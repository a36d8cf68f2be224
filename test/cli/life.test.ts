import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningProvider, registrar, startProvider } from '../servers/oidc-provider.js'
import { dcr, emptyFolder, MANY_PROCESSES, type Result } from './run-dcr.js'

/* The life of a client at a real OpenID Provider, told by what `dcr` writes and how it ends. */

let open: RunningProvider
let guarded: RunningProvider
beforeAll(async () => {
  open = await startProvider()
  guarded = await startProvider({ registration: 'token' })
})
afterAll(() => Promise.all([open.close(), guarded.close()]))

const HTTP = '--allow-insecure-requests'
const APP = ['--redirect-uri', 'https://app.example.com/cb', '--name', 'App']
const MASK = '••••'

/** What is in the result, which must be JSON and have been done without a problem. */
function resultOf({ code, stdout, stderr }: Result) {
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('dcr:')])
  return JSON.parse(stdout)
}

test('one line registers a client; the next sends nothing and gives the same', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const first = await dcr(['register', open.issuer, ...APP, HTTP], { folder })
  expect(first.stderr).toBe(
    '"default" is registered. Its secrets are in the store: --show-secrets writes them out.\n',
  )
  const client = resultOf(first)
  expect(client).toMatchObject({ client_name: 'App', client_secret: MASK, registration_access_token: MASK })
  expect(first.stdout).toBe(`${JSON.stringify(client, undefined, 2)}\n`)

  const second = await dcr(['register', open.issuer, ...APP, HTTP], { folder })
  expect([second.stdout, second.code]).toEqual([first.stdout, 0])
  expect(second.stderr).toMatch(/^"default" is registered already; nothing was sent\./)
})

test('the whole life, and no secret on the way but where it is asked for', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const at = (command: string, ...more: string[]) => dcr([command, open.issuer, ...more, HTTP], { folder })

  const { client_id } = resultOf(await at('register', ...APP))
  const shown = resultOf(await at('get', '--show-secrets'))
  expect(shown).toMatchObject({ client_id, client_secret: expect.not.stringContaining(MASK) })
  const secrets = [shown.client_secret, shown.registration_access_token]

  const told: Result[] = []
  const hidden = async (...line: string[]) => {
    const [command = '', ...more] = line
    const result = await at(command, ...more)
    told.push(result)
    return resultOf(result)
  }
  expect(await hidden('get')).toEqual({ ...shown, client_secret: MASK, registration_access_token: MASK })
  expect(await hidden('update', '--name', 'App 2', '--set', 'contacts=["ops@example.com"]')).toMatchObject({
    client_id,
    client_name: 'App 2',
    contacts: ['ops@example.com'],
  })
  expect(await hidden('update', '--set', 'contacts=null')).not.toHaveProperty('contacts')
  expect((await dcr(['list'], { folder })).stdout).toBe(
    `${JSON.stringify([{ issuer: open.issuer, name: 'default', client_id, client_name: 'App 2' }], undefined, 2)}\n`,
  )
  expect(await hidden('delete')).toEqual({ issuer: open.issuer, name: 'default', client_id, deleted: true })
  const gone = await at('get')
  expect([gone.code, gone.stdout]).toEqual([1, ''])
  expect(gone.stderr).toMatch(/^dcr: no client is kept as "default" for this issuer: /)
  expect(await open.provider.Client.find(client_id)).toBeUndefined()
  for (const { stdout, stderr } of told)
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret)
})

test('other metadata under the same name is refused, and another name takes them', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const { client_id } = resultOf(await dcr(['register', open.issuer, ...APP, HTTP], { folder }))
  const other = ['register', open.issuer, ...APP, '--scope', 'openid', HTTP]
  const refused = await dcr(other, { folder })
  expect(refused).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'dcr: "default" is registered there with other metadata (scope): `dcr update` changes it, --as NAME registers another client\n',
  })
  expect(resultOf(await dcr([...other, '--as', 'second'], { folder })).client_id).not.toBe(client_id)
})

test('of two at the same time that want it otherwise, one registers and the other is refused', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const names = ['App', 'App 2']
  const results = await Promise.all(
    names.map((name) => dcr(['register', open.issuer, ...APP, '--name', name, HTTP], { folder })),
  )
  const [kept] = resultOf(await dcr(['list'], { folder }))
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    if (names[index] === kept.client_name)
      expect([code, JSON.parse(stdout).client_id]).toEqual([0, kept.client_id])
    else expect([code, stderr]).toEqual([1, expect.stringContaining('other metadata (client_name)')])
  }
  expect(results.map(({ code }) => code).sort()).toEqual([0, 1])
})

test('a token for the registration comes from a pipe, a file and the environment', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const environment = { SECRET: registrar.client_secret }
  const ask = ['token', guarded.issuer, '--client-id', registrar.client_id, '--scope', 'register', HTTP]
  const masked = resultOf(await dcr([...ask, '--client-secret-env', 'SECRET'], { environment }))
  expect(masked).toMatchObject({ access_token: MASK, token_type: 'Bearer' })
  const answer = await dcr([...ask, '--client-secret-file', '-', '--show-secrets'], {
    stdin: `${registrar.client_secret}\n`,
  })
  const { access_token } = resultOf(answer)

  const register = ['register', guarded.issuer, ...APP, HTTP]
  const refused = await dcr(register, { folder })
  expect([refused.code, refused.stdout]).toEqual([1, ''])
  expect(refused.stderr).toContain('A token, or another: --token-env NAME, or --token-file PATH.')

  resultOf(await dcr([...register, '--as', 'pipe', '--token-file', '-'], { folder, stdin: answer.stdout }))
  writeFileSync(join(folder, 'token'), `${access_token}\n`)
  resultOf(await dcr([...register, '--as', 'file', '--token-file', 'token'], { folder }))
  const known = { folder, environment: { TOKEN: access_token } }
  resultOf(await dcr([...register, '--as', 'environment', '--token-env', 'TOKEN'], known))
  const names = resultOf(await dcr(['list'], { folder })).map(({ name }: { name: string }) => name)
  expect(names).toEqual(['environment', 'file', 'pipe'])
})

test('metadata come from a file of JSON or YAML, or stdin, and options win over them', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const yaml = 'client_name: From YAML\nredirect_uris: [https://app.example.com/cb]\n'
  writeFileSync(join(folder, 'app.yaml'), yaml)
  const read = (...more: string[]) => ['register', open.issuer, HTTP, '--metadata', ...more]
  expect(resultOf(await dcr(read('app.yaml', '--as', 'a'), { folder })).client_name).toBe('From YAML')
  const stdin = JSON.stringify({ client_name: 'From JSON', redirect_uris: ['https://app.example.com/cb'] })
  expect(resultOf(await dcr(read('-', '--as', 'b'), { folder, stdin })).client_name).toBe('From JSON')
  const won = await dcr(read('app.yaml', '--as', 'c', '--name', 'From an option'), { folder })
  expect(resultOf(won).client_name).toBe('From an option')
})

test('a client that was registered elsewhere is managed from its file, and its newest token is kept', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  resultOf(await dcr(['register', open.issuer, ...APP, HTTP, '--store', 'file:other'], { folder }))
  const save = ['export', open.issuer, '--store', 'file:other', '--format', 'json', '--file', 'client.json']
  expect(await dcr(save, { folder })).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Written to client.json, secrets in clear, for this user alone.\n',
  })
  if (process.platform !== 'win32') expect(statSync(join(folder, 'client.json')).mode & 0o777).toBe(0o600)

  // The provider gives a new token with each update, and the old one is void then.
  const update = ['update', open.issuer, '--client', 'client.json', HTTP, '--set']
  const first = await dcr([...update, 'client_uri=https://app.example.com/1'], { folder })
  expect(first.stderr).toBe(
    'It has new credentials: they are in the store, and those that were given are void.\n',
  )
  expect(resultOf(await dcr([...update, 'client_uri=https://app.example.com/2'], { folder }))).toMatchObject({
    client_uri: 'https://app.example.com/2',
  })
  const stdin = readFileSync(join(folder, 'client.json'), 'utf8')
  expect(
    resultOf(await dcr(['delete', open.issuer, '--client', '-', HTTP], { folder, stdin })),
  ).toMatchObject({
    client_id: JSON.parse(stdin).client_id,
    deleted: true,
  })
  expect(resultOf(await dcr(['list'], { folder }))).toEqual([])
})

test('a client of a file that is kept here under a name is that one, and gone with it', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const run = (command: string, ...more: string[]) => dcr([command, open.issuer, ...more], { folder })
  resultOf(await run('register', ...APP, '--as', 'shop', HTTP))
  await run('export', '--as', 'shop', '--format', 'json', '--file', 'client.json')
  const updated = await run('update', '--client', 'client.json', '--name', 'Shop', HTTP)
  expect(updated.stderr).toBe('This client is kept as "shop": what is in the store is what counts.\n')
  // Its new token is where the name is.
  expect(resultOf(await run('get', '--as', 'shop', HTTP)).client_name).toBe('Shop')
  const { client_id } = resultOf(updated)
  expect(resultOf(await run('delete', '--client', 'client.json', HTTP))).toEqual({
    issuer: open.issuer,
    name: 'shop',
    client_id,
    deleted: true,
  })
  expect(resultOf(await run('list'))).toEqual([])
})

test('what is exported has what an application needs, and nothing that manages the client', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const client = resultOf(await dcr(['register', open.issuer, ...APP, HTTP, '--show-secrets'], { folder }))
  const masked = await dcr(['export', open.issuer], { folder })
  expect(masked.stdout).toContain(`CLIENT_ID=${client.client_id}\n`)
  expect(masked.stdout).toContain(`CLIENT_SECRET='${MASK}'\n`)
  expect(masked.stderr).toBe(
    'Secrets are masked: --file PATH writes them to a file, --show-secrets to stdout.\n',
  )

  const env = await dcr(['export', open.issuer, '--prefix', 'OIDC_', '--show-secrets'], { folder })
  expect(env.stdout).toContain(`OIDC_ISSUER=${open.issuer}\n`)
  expect(env.stdout).toContain(`OIDC_CLIENT_SECRET=${client.client_secret}\n`)
  expect(env.stdout).not.toContain(client.registration_access_token)

  const line = ['export', open.issuer, '--format', 'kubernetes', '--secret-name', 'shop', '--show-secrets']
  const secret = await dcr([...line, '--namespace', 'web'], { folder })
  expect(secret.stdout).toMatch(
    /^apiVersion: v1\nkind: Secret\nmetadata:\n {2}name: shop\n {2}namespace: web\ntype: Opaque\nstringData:\n/,
  )
  expect(secret.stdout).toContain(`  CLIENT_SECRET: ${client.client_secret}\n`)
  expect(secret.stdout).not.toContain(client.registration_access_token)
})

test('the metadata of a server', async () => {
  const found = resultOf(await dcr(['discover', open.issuer, HTTP]))
  expect(found).toMatchObject({ issuer: open.issuer, registration_endpoint: `${open.issuer}/reg` })
})
