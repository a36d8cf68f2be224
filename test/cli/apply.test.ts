import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { secretsOf } from '../registrar/set-up.js'
import { writeManifest } from './apply-set-up.js'
import { dcr, emptyFolder, MANY_PROCESSES, startDcr } from './run-dcr.js'

/* `dcr plan`, `apply` and `destroy` as processes of their own, at a server of this machine. */

const HTTP = '--allow-insecure-requests'
const rows = (stdout: string): Record<string, unknown>[] => JSON.parse(stdout)
const actions = (stdout: string) => rows(stdout).map(({ name, action }) => `${name} ${action}`)

test(
  'plan, apply, apply again, change, destroy',
  async () => {
    const server = await startAuthorizationServer()
    const folder = emptyFolder()
    const file = writeManifest(folder, server.origin, 2)
    const run = (command: string, ...more: string[]) => dcr([command, file, ...more, HTTP], { folder })

    const insecure = await dcr(['plan', file], { folder })
    expect([insecure.code, insecure.stderr]).toEqual([
      2,
      expect.stringContaining('--allow-insecure-requests'),
    ])
    const planned = await run('plan')
    expect([planned.code, planned.stderr]).toEqual([0, '2 to register.\n'])
    expect(actions(planned.stdout)).toEqual(['client-1 register', 'client-2 register'])
    expect(server.requests).toEqual([])

    const applied = await run('apply')
    expect([applied.code, applied.stderr]).toEqual([0, '2 registered.\n'])
    expect(actions(applied.stdout)).toEqual(['client-1 registered', 'client-2 registered'])
    expect(server.clients.size).toBe(2)

    const sent = server.requests.length
    const again = await run('apply')
    expect([again.code, again.stderr]).toEqual([0, '2 unchanged.\n'])
    expect(server.requests).toHaveLength(sent)

    writeManifest(folder, server.origin, 1, '    defaults: { contacts: [ops@example.com] }\n')
    const changed = await run('plan')
    expect(changed.stderr).toBe('1 to update, 1 orphaned, which are left alone.\n')
    expect(rows(changed.stdout)[0]).toMatchObject({
      changed: [{ member: 'contacts', to: ['ops@example.com'] }],
    })
    expect((await run('plan', '--only', 'client-1')).stderr).toBe('1 to update.\n')
    expect((await run('apply', '--only', 'client-1')).stderr).toBe('1 updated.\n')

    const refused = await run('destroy')
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toMatch(/^dcr: this would delete up to 1 clients, and needs --yes/)
    const destroyed = await run('destroy', '--yes')
    expect([destroyed.code, destroyed.stderr]).toEqual([0, '1 removed.\n'])
    const none = await run('destroy', '--yes')
    expect([none.code, none.stderr, actions(none.stdout)]).toEqual([0, '1 absent.\n', ['client-1 absent']])
    expect(server.clients.size).toBe(1)
    for (const secret of secretsOf(server.clients.values()))
      expect(JSON.stringify([applied, again, changed, destroyed])).not.toContain(secret)
  },
  MANY_PROCESSES,
)

test('one that is refused makes it partly done, and is told with its reason', async () => {
  const server = await startAuthorizationServer()
  const error_description = 'no \u001b[31msuch\u202e scope'
  server.refuse('POST', { status: 400, body: { error: 'invalid_client_metadata', error_description } })
  const folder = emptyFolder()
  const file = writeManifest(folder, server.origin, 3, '    concurrency: 1\n')
  const { code, stdout, stderr } = await dcr(['apply', file, '--events', HTTP], { folder })
  expect(code).toBe(3)
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events).toEqual([
    {
      type: 'failed',
      server: 'bank',
      issuer: server.origin,
      name: 'client-1',
      error: { code: 'rejected', outcome: 'rejected', message: expect.stringContaining('answered 400') },
    },
    expect.objectContaining({ type: 'registered', name: 'client-2' }),
    expect.objectContaining({ type: 'registered', name: 'client-3' }),
  ])
  expect(stderr).toMatch(/^bank: "client-1": \w+: POST .* answered 400 .*\n1 failed, 2 registered\.\n$/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
  expect(stdout + stderr).not.toMatch(/[\u001b\u202e]/)
})

test('an answer that was lost is unsafe, and all refused is failed', async () => {
  const server = await startAuthorizationServer()
  server.lose('POST', 'reset')
  const folder = emptyFolder()
  const file = writeManifest(folder, server.origin, 2, '    concurrency: 1\n')
  expect((await dcr(['apply', file, HTTP], { folder })).code).toBe(4)
  expect((await dcr(['apply', file, HTTP], { folder })).stderr).toBe(
    'note: 1 client was registered after a registration that was never answered, and may be at the server twice: dcr orphans\n1 registered, 1 unchanged.\n',
  )
  server.refuse('POST', { status: 400 }, { status: 400 })
  const another = emptyFolder()
  writeManifest(another, server.origin, 2)
  expect((await dcr(['apply', file, HTTP], { folder: another })).code).toBe(1)
})

test('an interruption finishes what was sent; the next one does the rest', {
  timeout: MANY_PROCESSES,
}, async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  const file = writeManifest(folder, server.origin, 40, '    concurrency: 1\n')
  const { child, result } = startDcr(['apply', file, '--events', HTTP], { folder })
  child.stdout?.once('data', () => child.kill('SIGINT'))
  const { code, stdout, stderr } = await result
  expect(code).toBe(130)
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['registered']))
  expect(server.clients.size).toBe(events.length)
  expect(stderr).toContain(
    `apply: was aborted with ${40 - events.length} clients left to do; what was sent and answered is saved, and the same again does the rest.\n`,
  )
  const rest = await dcr(['apply', file, HTTP], { folder })
  expect(rest.stderr).toBe(`${events.length} unchanged, ${40 - events.length} registered.\n`)
  expect(server.clients.size).toBe(40)
})

test('a manifest from stdin, its variables and secrets from the surroundings', async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  const stdin = JSON.stringify({
    version: 1,
    servers: { bank: { issuer: `\${ISSUER}`, initial_access_token: { env: 'TOKEN' } } },
    clients: {
      app: {
        server: 'bank',
        metadata: { client_name: `App \${STAGE:-test}`, grant_types: ['client_credentials'] },
      },
    },
  })
  const environment = { ISSUER: server.origin, TOKEN: 'initial-token' }
  const { code, stdout, stderr } = await dcr(['apply', '-', HTTP], { folder, stdin, environment })
  expect([code, stderr]).toEqual([0, '1 registered.\n'])
  expect(stdout).not.toContain('initial-token')
  expect(server.sent('POST')).toMatchObject([{ client_name: 'App test' }])
  const [post] = server.requests.filter(({ method }) => method === 'POST')
  expect(post?.headers.authorization).toBe('Bearer initial-token')
})

test('a plan needs no secret; a file may have what an editor of Windows puts around one', async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  const file = writeManifest(folder, server.origin, 1, '    initial_access_token: { file: token }\n')
  expect((await dcr(['plan', file, HTTP], { folder })).stderr).toBe('1 to register.\n')
  expect((await dcr(['apply', file, HTTP], { folder })).code).toBe(2)
  writeFileSync(join(folder, 'token'), '\ufeffinitial-token\r\n')
  expect((await dcr(['apply', file, HTTP], { folder })).stderr).toBe('1 registered.\n')
  const [post] = server.requests.filter(({ method }) => method === 'POST')
  expect(post?.headers.authorization).toBe('Bearer initial-token')
})

test('what clients have in common is merged into them, and no member of its own', async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  const stdin = `version: 1
servers: { bank: { issuer: ${server.origin} } }
clients:
  shop: { server: bank, metadata: &shop { client_name: Shop, redirect_uris: [https://shop.example.com/cb] } }
  support: { server: bank, metadata: { <<: *shop, client_name: Support } }
`
  const { code, stderr } = await dcr(['apply', '-', HTTP], { folder, stdin })
  expect([code, stderr]).toEqual([0, '2 registered.\n'])
  const shop = { client_name: 'Shop', redirect_uris: ['https://shop.example.com/cb'] }
  expect(server.sent('POST')).toEqual(expect.arrayContaining([shop, { ...shop, client_name: 'Support' }]))
})

test('nothing is applied into a store that ends with the command', async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  const file = writeManifest(folder, server.origin, 1)
  for (const environment of [{}, { DCR_STORE: 'memory:' }]) {
    const store = 'DCR_STORE' in environment ? [] : ['--store', 'memory:', '--show-secrets']
    const { code, stdout, stderr } = await dcr(['apply', file, ...store, HTTP], { folder, environment })
    expect([code, stdout, server.requests.length]).toEqual([2, '', 0])
    expect(stderr).toMatch(/^dcr: the store memory: ends with the command/)
  }
})

test('whoever lacks a token is told where the manifest has it', async () => {
  const server = await startAuthorizationServer()
  server.refuse('POST', { status: 401, body: { error: 'invalid_token' } })
  const folder = emptyFolder()
  const file = writeManifest(folder, server.origin, 1)
  const { code, stderr } = await dcr(['apply', file, HTTP], { folder })
  expect(code).toBe(1)
  expect(stderr).toContain('the initial_access_token or token of this server in the manifest')
  expect(stderr).not.toContain('--token-env')

  const withToken = writeManifest(
    folder,
    server.origin,
    1,
    '    initial_access_token: { env: NOBODY_SET_IT }\n',
  )
  expect((await dcr(['apply', withToken, HTTP], { folder })).stderr).toContain(
    'the secret in the environment variable NOBODY_SET_IT is not set, or empty',
  )
})
