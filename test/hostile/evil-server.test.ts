import { beforeEach, describe, expect, test, vi } from 'vitest'
import { discover, memoryStore, Registrar } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { bytesOf, type EvilAnswer, type HonestAnswer, startEvilServer } from '../servers/evil-server.js'
import { checkInvariants } from './evil-invariants.js'
import { CHANGED, type Keeper, keepers, METADATA } from './evil-scenes.js'

/* A server that does what it is asked and says something else: nothing is lost by it, and nothing done twice. */

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

type Lie = (honest: HonestAnswer) => EvilAnswer
const says =
  (status: number, body: (json: object) => object | string = (json) => json): Lie =>
  ({ json = {} }) => ({ bytes: bytesOf(status, body(json)) })
const written = (json: object) => JSON.stringify(json)

/** What can be said of a client that exists, in place of what is so. */
const lies: [name: string, lie: Lie][] = [
  ['nothing', () => ({ bytes: '' })],
  ['RST', () => ({ bytes: '', end: 'RST' })],
  ['500', says(500)],
  ['500, and what is so', says(500, (json) => ({ error: 'server_error', ...json }))],
  ['502 of a proxy', says(502, () => '<html>Bad Gateway</html>')],
  ['503', says(503)],
  ['504', says(504)],
  ['408', says(408)],
  ['204', says(204, () => '')],
  ['307', () => ({ bytes: bytesOf(307, '', 'location: https://evil.example/') })],
  ['a page', says(200, () => '<!doctype html><title>Log in</title>')],
  ['an empty body', says(201, () => '')],
  ['null', says(201, () => 'null')],
  ['a list', says(201, (json) => `[${written(json)}]`)],
  ['a string', says(201, () => '"created"')],
  ['an error', says(200, () => ({ error: 'invalid_client_metadata' }))],
  ['no client_id', says(201, (json) => ({ ...json, client_id: undefined }))],
  ['an empty client_id', says(201, (json) => ({ ...json, client_id: '' }))],
  ['a client_id that is a number', says(201, (json) => ({ ...json, client_id: 42 }))],
  ['300,000 bytes', says(201, (json) => ({ ...json, client_name: 'x'.repeat(300_000) }))],
  ['300,000 bytes of spaces', says(201, (json) => written(json).padEnd(300_000))],
  [
    'JSON of depth 100,000',
    says(201, (json) => written(json).replace('{', `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)},`)),
  ],
  ['JSON that is cut', says(201, (json) => written(json).slice(0, -1))],
  ['JSON twice', says(201, (json) => written(json).repeat(2))],
  ['JSON with a comma too many', says(201, (json) => written(json).replace('}', ',}'))],
  [
    'text that is no UTF-8',
    ({ json = {} }) => ({
      bytes: Buffer.from(`${bytesOf(201, json)}`.replace('App', '\xff\xfe\xfd'), 'latin1'),
    }),
  ],
]

/** Odd things beside the truth: the client can be used. */
const oddities: [name: string, lie: Lie][] = [
  ['200', says(200)],
  ['202', says(202)],
  ['203', says(203)],
  ['__proto__', says(201, (json) => written(json).replace('{', '{"__proto__":{"isAdmin":true},'))],
  [
    'constructor',
    says(201, (json) => written(json).replace('{', '{"constructor":{"prototype":{"isAdmin":true}},')),
  ],
  ['1e400', says(201, (json) => written(json).replace(':0', ':1e400'))],
  ['a redirect URI of its own', says(201, (json) => ({ ...json, redirect_uris: ['javascript:alert(1)'] }))],
  ['other metadata', says(201, (json) => ({ ...json, grant_types: ['implicit'], scope: 'all' }))],
  ['its numbers as text', says(201, (json) => ({ ...json, client_secret_expires_at: '0' }))],
  ['its text as lists', says(201, (json) => ({ ...json, client_name: ['App'] }))],
  ['null for all else', says(201, (json) => ({ ...json, client_name: null, jwks: null, contacts: null }))],
  [
    'another content type',
    ({ json = {} }) => ({ bytes: `${bytesOf(201, json)}`.replace('application/json', 'text/html') }),
  ],
]

/** Every kind of keeper and every store, but not each with each: that would be the same twice. */
const [clientInMemory, registrarInMemory, clientInFiles, registrarInFiles] = keepers as [
  Keeper,
  Keeper,
  Keeper,
  Keeper,
]

describe.each([clientInMemory, registrarInFiles])('%s', (_, open) => {
  test.each(lies)('a registration that is answered with %s', async (_, lie) => {
    const server = await startEvilServer({ answers: [lie] })
    const life = open(server)
    const error = await failureOf(life.register())
    expect(error.name).toMatch(/^(DcrError|OAuthError)$/)
    expect(server.log).toEqual(['POST'])
    // 307 and `error` say that nothing was done: a server is believed.
    if (error.outcome !== 'rejected') await checkInvariants(server, life.store, 1)
  })

  test.each(oddities)('a registration that is answered with %s', async (_, lie) => {
    const server = await startEvilServer({ answers: [lie] })
    const life = open(server)
    await life.register()
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
    await checkInvariants(server, life.store, 1)
    await life.remove()
    expect([...server.clients]).toEqual([])
  })
})

describe.each([clientInFiles, registrarInMemory])('%s', (_, open) => {
  test.each(lies)('an update that is answered with %s', async (_, lie) => {
    const server = await startEvilServer()
    const life = open(server)
    await life.register()
    server.behave({ rotates: ['PUT'], answers: [lie] })
    // A Registrar that is refused the update registers another client.
    const error = await life.update().catch((error) => error)
    if (error.outcome !== 'rejected' && server.log.length < 4) await checkInvariants(server, life.store, 2)
    expect(server.log.filter((method) => method === 'POST').length).toBeLessThanOrEqual(2)
  })
})

describe.each(keepers)('%s, in a life', (_, open) => {
  test.each<[string, Parameters<typeof startEvilServer>[0]]>([
    ['L192: with a new token on each read', { rotates: ['GET'] }],
    ['L193: with a new token and a new secret on each update', { rotates: ['PUT'], renewsSecrets: true }],
    ['L193: with a new token on everything', { rotates: ['GET', 'PUT'], renewsSecrets: true }],
    ['L202: whose old tokens are good as well', { rotates: ['GET', 'PUT'], keepsOldTokens: true }],
  ])('%s', async (_, behaviour) => {
    const server = await startEvilServer(behaviour)
    const life = open(server)
    await life.register()
    const updated = await life.update()
    expect(server.accepts(updated)).toBe(true)
    expect(updated).toMatchObject(CHANGED)
    await checkInvariants(server, life.store, 1)
    await life.remove()
    expect([...server.clients]).toEqual([])
    expect((await life.store.list()).filter(([, { client }]) => client)).toEqual([])
  })

  test('L202: whose old token outlives a lost answer', async () => {
    const behaviour = { rotates: ['GET' as const, 'PUT' as const], keepsOldTokens: true }
    const server = await startEvilServer(behaviour)
    const life = open(server)
    await life.register()
    server.behave({ ...behaviour, answers: [() => ({ bytes: '' })] })
    expect(await life.update()).toMatchObject(CHANGED)
    expect(server.log).toEqual(['POST', 'PUT', 'GET'])
    await checkInvariants(server, life.store, 1)
  })

  test.each([
    ['nothing', ''],
    ['500', bytesOf(500)],
  ])('L209: whose deletion is answered with %s', async (_, bytes) => {
    const server = await startEvilServer()
    const life = open(server)
    await life.register()
    server.behave({ answers: [() => ({ bytes })] })
    await life.remove()
    expect(server.log).toEqual(['POST', 'DELETE', 'DELETE'])
    expect([...server.clients]).toEqual([])
    expect((await life.store.list()).filter(([, { client }]) => client)).toEqual([])
  })
})

test.each([
  ['another issuer', { issuer: 'https://honest.example.com' }],
  ['a list of issuers', { issuer: ['https://honest.example.com'] }],
  ['no issuer', { issuer: undefined }],
])('E059: metadata with %s: nothing is registered', async (_, metadata) => {
  const server = await startEvilServer({ metadata })
  const options = { allowInsecureRequests: true }
  const error = await failureOf(discover(server.origin, options))
  expect(error.code).toMatch(/^(issuer_mismatch|discovery_failed|invalid_response)$/)
  const registrar = new Registrar({ store: memoryStore(), ...options })
  await failureOf(registrar.ensure(server.origin, METADATA))
  expect(server.log).toEqual([])
})
