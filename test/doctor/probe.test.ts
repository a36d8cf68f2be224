import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Report, reportText } from '../../src/doctor/index.js'
import { clientSecretBasic, discover, memoryStore, Registrar, registrationToken } from '../../src/index.js'
import { hydra } from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { type RunningProvider, registrar, startProvider } from '../servers/oidc-provider.js'
import { examine, said } from './set-up.js'

/* A throw-away client: what its life tells of the server, and that nothing is left of it. */

let open: RunningProvider
let guarded: RunningProvider
beforeAll(async () => {
  open = await startProvider()
  guarded = await startProvider({ registration: 'token', management: 'fixed' })
})
afterAll(() => Promise.all([open.close(), guarded.close()]))

/** All that is said of the probe. */
function probed(report: Report): string[] {
  const checks = ['register', 'granted', 'read', 'update', 'delete']
  return checks.flatMap((check) => said(report, `probe_${check}`))
}

const WELL = [
  'ok: a client was registered',
  'ok: all was granted as it was asked for',
  'ok: the client can be read',
  'ok: the client can be changed, and has a new registration access token then',
  'ok: the client was deleted',
]

test('a real server has nothing left of it, and neither has the store', async () => {
  const store = memoryStore()
  const report = await examine(open.issuer, { probe: true, store })
  expect(probed(report)).toEqual(WELL)
  expect([report.level, report.left, await store.list()]).toEqual(['ok', [], []])
})

test('with a token where one is wanted, and a word on it where there is none', async () => {
  const refused = await examine(guarded.issuer, { probe: true })
  expect(probed(refused)).toEqual([
    `problem: registering failed: POST ${guarded.issuer}/reg answered 401 invalid_token: an access token with the scope register is needed; the token or secret is missing, wrong or spent, or the client is gone`,
  ])
  expect(refused.next[0]).toMatch(/^get an initial access token from the operator: --token-env NAME/)

  const server = await discover(guarded.issuer, { allowInsecureRequests: true })
  const source = registrationToken(server, clientSecretBasic(registrar), { allowInsecureRequests: true })
  const report = await examine(guarded.issuer, { probe: true, initialAccessToken: source })
  expect(probed(report)).toEqual([...WELL.slice(0, 3), 'ok: the client can be changed', ...WELL.slice(4)])
})

test('what was granted otherwise than asked, and what was not given', async () => {
  const server = await startAuthorizationServer({ management: [], lifetime: 864_000 })
  server.lose('POST', (request) => {
    const { client_name } = JSON.parse(request.body)
    return {
      status: 200,
      body: { client_id: 'c-1', client_name, redirect_uris: [], client_secret_expires_at: 4102444800 },
    }
  })
  const report = await examine(server.origin, {
    probe: true,
    metadata: { token_endpoint_auth_method: 'none' },
  })
  expect(probed(report).map((line) => line.replace(/in \d+ days/, 'in some days'))).toEqual([
    'ok: a client was registered',
    'warning: The status is 200 where 201 is due.',
    'warning: redirect_uris: asked for ["https://dcr-doctor.example.com/callback"], granted []',
    'warning: token_endpoint_auth_method: asked for "none", the answer leaves it out',
    'warning: the answer has no registration_access_token and no registration_client_uri: clients are not managed by RFC 7592',
    'warning: the secret ends in some days',
    expect.stringMatching(/^warning: the client cannot be read: /),
    expect.stringMatching(/^warning: the client cannot be changed: /),
    expect.stringMatching(/^warning: the client cannot be deleted: /),
  ])
})

test('a client that is not deleted is told by what finds it, and its token to the caller alone', async () => {
  const server = await startAuthorizationServer({ management: ['GET', 'PUT'] })
  const store = memoryStore()
  const report = await examine(server.origin, { probe: true, store })
  const [client] = server.clients.values()
  expect([report.level, report.left]).toEqual([
    'problem',
    [
      {
        issuer: server.origin,
        client_name: expect.stringMatching(/^dcr doctor [\da-f-]{36}$/),
        client_id: client?.client_id,
        registration_client_uri: client?.registration_client_uri,
        isKept: true,
      },
    ],
  ])
  expect(report.leftOver[0]?.client).toEqual(client)
  expect(report.next[0]).toBe(
    `have the client ${client?.client_id} deleted at ${server.origin}; it is listed as an orphan: dcr orphans ${server.origin} --collect`,
  )
  for (const shown of [JSON.stringify(report), inspect(report, { depth: 9 }), reportText(report)])
    expect(shown).not.toContain(client?.registration_access_token)

  server.options.management = ['DELETE']
  const keeper = new Registrar({ store, allowInsecureRequests: true })
  expect((await keeper.collect()).left).toEqual([])
  expect([server.clients.size, await store.list()]).toEqual([0, []])
})

test('an answer that is lost leaves a name to look for, and the store knows', async () => {
  const server = await startAuthorizationServer()
  server.lose('POST', 'close')
  const store = memoryStore()
  const report = await examine(server.origin, { probe: true, store })
  const [client] = server.clients.values()
  expect(report.left).toEqual([{ issuer: server.origin, client_name: client?.client_name, isKept: true }])
  expect(report.next[0]).toContain(`a client by the name "${client?.client_name}", if there is one,`)
  expect(await new Registrar({ store }).orphans()).toMatchObject([{ reason: 'in_doubt' }])
})

test('an answer that cannot be used still says what to delete', async () => {
  const server = await startAuthorizationServer()
  server.lose('POST', () => {
    const [client] = server.clients.values()
    return { status: 201, body: JSON.stringify(client).slice(0, -1) }
  })
  const report = await examine(server.origin, { probe: true })
  expect(said(report, 'probe_register')[0]).toMatch(/^problem: registering failed: /)
  expect([report.left, server.clients.size]).toEqual([[], 0])
})

test('a server that only says that it has deleted', async () => {
  const server = await startAuthorizationServer()
  server.refuse('DELETE', { status: 204 })
  const report = await examine(server.origin, { probe: true })
  expect(said(report, 'probe_delete')).toEqual([
    'problem: the server said that the client was deleted, and it can still be read',
  ])
  expect(report.leftOver.map(({ client, isKept }) => [client?.client_id, isKept])).toEqual([
    [[...server.clients.keys()][0], false],
  ])
})

test('a server that repeats a secret does not have it told', async () => {
  const server = await startAuthorizationServer()
  server.refuse('POST', ({ headers }) => ({ status: 400, body: { error: `no ${headers['x-key']} here` } }))
  const report = await examine(server.origin, { probe: true, headers: { 'x-key': 'key-0123456789' } })
  expect(said(report, 'probe_register')[0]).toContain('answered 400 no [secret] here')
})

test('who gives up waits for the deletion, and learns that it was given up', async () => {
  const server = await startAuthorizationServer()
  const controller = new AbortController()
  server.lose('GET', (request) => {
    controller.abort(new Error('enough'))
    return { body: server.clients.get(request.url.split('/').at(-1) ?? '') }
  })
  const error = await failureOf(examine(server.origin, { probe: true, signal: controller.signal }))
  expect([error.code, error.client, server.clients.size]).toEqual(['aborted', undefined, 0])
})

test('where managing is refused, no token to register with is advised', async () => {
  const server = await startAuthorizationServer()
  for (const method of ['GET', 'PUT', 'DELETE'] as const)
    server.refuse(method, { status: 401, body: { error: 'invalid_token' } })
  const { next } = await examine(server.origin, { probe: true })
  expect(next.filter((step) => step.includes('initial access token'))).toEqual([])
  expect(next).toContainEqual(expect.stringMatching(/^tell the operator: it refuses what it gave/))
})

const TOKEN = /^get an initial access token from the operator: --token-env NAME/
const ANOTHER = /^get another initial access token from the operator: the one that was given is wrong/
const METADATA = /^ask for what the server takes: --metadata FILE/

test.each([
  [401, { error: 'invalid_token' }, TOKEN, ANOTHER],
  [400, { error: 'access_denied', error_description: 'missing access token' }, TOKEN, ANOTHER],
  [400, { error: 'invalid_request', error_description: 'no Authorization header' }, TOKEN, ANOTHER],
  [400, { error: 'invalid_token' }, TOKEN, ANOTHER],
  [
    400,
    { error: 'invalid_client_metadata', error_description: 'an access token is no URL' },
    METADATA,
    METADATA,
  ],
  [400, { error: 'invalid_request' }, METADATA, METADATA],
  [
    400,
    { error: 'invalid_client', error_description: 'token_endpoint_auth_method none is not allowed' },
    METADATA,
    METADATA,
  ],
  [
    400,
    { error: 'invalid_request', error_description: 'unsupported token endpoint authentication method' },
    METADATA,
    METADATA,
  ],
])(
  'a refusal with %d %o leads to what helps, without a token and with one',
  async (status, body, without, given) => {
    const server = await startAuthorizationServer()
    server.refuse('POST', { status, body }, { status, body })
    expect((await examine(server.origin, { probe: true })).next[0]).toMatch(without)
    const report = await examine(server.origin, { probe: true, initialAccessToken: 'token-0123' })
    expect(report.next[0]).toMatch(given)
  },
)

test.each([
  [{}, ['if the server has another way of managing clients, name it: --manage-with, --provider']],
  [{ provider: hydra }, ['if the server has another way of managing clients, name it: --manage-with']],
  [
    { initialAccessToken: 'token-0123' },
    ['if the token that registers also manages clients, say so: --manage-with initial_access_token'],
  ],
  [{ initialAccessToken: 'token-0123', manageWith: 'initial_access_token' }, []],
] as const)('a client without what manages it: what was given is not advised, %#', async (options, steps) => {
  const server = await startAuthorizationServer({ management: [] })
  Object.assign(server.options, { metadata: { registration_endpoint: `${server.origin}/oauth2/register` } })
  const { next } = await examine(server.origin, { probe: true, ...options })
  expect(next.filter((step) => /--provider|--manage-with/.test(step) && !/^if it is one/.test(step))).toEqual(
    steps,
  )
})
