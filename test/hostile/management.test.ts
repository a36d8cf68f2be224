import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type ClientInformation, DcrClient, memoryStore, storeKey } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { bytesOf, type EvilAnswer, type HonestAnswer, startEvilServer } from '../servers/evil-server.js'
import { type FaultScript, startFaultServer } from '../servers/fault-server.js'
import { end, readRequest, send } from '../servers/fault-steps.js'
import { answerOf, connect, known, METADATA } from './calling.js'
import { checkInvariants } from './evil-invariants.js'

/* Group L: the management of a client, at servers that fail, forget and lie. */

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

type Change = (json: Partial<ClientInformation>) => object
const changed =
  (change: Change, status = 200) =>
  ({ json = {} }: HonestAnswer): EvilAnswer => ({ bytes: bytesOf(status, change(json)) })
const changes = { client_name: 'App 2' }

/** A client that is kept in a store, at a server that lies from now on. */
async function managed(...answers: ((honest: HonestAnswer) => EvilAnswer)[]) {
  const server = await startEvilServer()
  const store = memoryStore()
  const dcr = new DcrClient(server.metadata, { store, allowInsecureRequests: true })
  const client = await dcr.register(METADATA)
  server.behave({ answers })
  const key = storeKey(server.origin, client.client_id)
  const stored = async () => (await store.get(key))?.client
  return { server, store, dcr, client, key, stored }
}

/** A server that answers all requests in the same way, and what is kept there. */
async function answering(status: string, json: unknown = '') {
  const script: FaultScript = [readRequest, send(answerOf(status, json, 'connection: close')), end]
  const server = await startFaultServer(...Array<FaultScript>(4).fill(script))
  const store = memoryStore()
  const client = known(server)
  const key = storeKey(server.origin, client.client_id)
  await store.set(key, { issuer: server.origin, client })
  return {
    server,
    store,
    client,
    dcr: connect(server, { store }),
    stored: async () => (await store.get(key))?.client,
  }
}

test.each<[string, Change]>([
  ['absent', ({ client_secret: _, ...rest }) => rest],
  ['null', (json) => ({ ...json, client_secret: null })],
  ['empty', (json) => ({ ...json, client_secret: '' })],
  ['an empty object', (json) => ({ ...json, client_secret: {} })],
])('L194: a secret that an update leaves %s is kept', async (_, change) => {
  const { dcr, client, server, store, stored } = await managed(changed(change))
  const updated = await dcr.update(client, changes)
  expect(updated.client_secret).toBe(client.client_secret)
  expect(await stored()).toMatchObject({ client_secret: client.client_secret, ...changes })
  await checkInvariants(server, store, 1)
})

describe.each(['get', 'update'] as const)('%s', (operation) => {
  test('L196: an answer about another client is not taken', async () => {
    const { dcr, client, stored } = await managed(changed((json) => ({ ...json, client_id: 'another' })))
    const error = await failureOf(dcr[operation](client, changes))
    expect(error.code).toBe('invalid_response')
    expect(await stored()).toMatchObject({ client_id: client.client_id })
  })

  test.each([
    ['a page', '<!doctype html><title>Log in</title>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['JSON that is cut', '{"client_id":"c1"'],
  ])('L216: 200 with %s changes nothing in the store', async (_, body) => {
    const { dcr, client, stored } = await answering('200 OK', body)
    expect((await failureOf(dcr[operation](client, changes))).code).toBe('invalid_response')
    expect(await stored()).toEqual(client)
  })
})

test('L197: an update sends what is registered, and none of the members that RFC 7592 forbids', async () => {
  const server = await startFaultServer([readRequest, send(answerOf('200 OK', { client_id: 'c1' }))])
  const client = {
    ...known(server),
    client_id_issued_at: 1,
    'client_name#ja': 'アプリ',
    x_unknown: { kept: true },
  }
  await connect(server).update(client, changes)
  const received = `${server.connections[0]?.received}`
  const body = JSON.parse(received.slice(received.indexOf('\r\n\r\n')))
  const forbidden = [
    'registration_access_token',
    'registration_client_uri',
    'client_secret_expires_at',
    'client_id_issued_at',
  ]
  for (const member of forbidden) expect(body).not.toHaveProperty(member)
  expect(body).toMatchObject({
    client_id: 'c1',
    ...changes,
    'client_name#ja': 'アプリ',
    x_unknown: { kept: true },
  })
})

test('L201: a read whose answer was lost, at a server that gives a new token with it', async () => {
  const { dcr, client, server, stored } = await managed()
  server.behave({ rotates: ['GET'], answers: [() => ({ bytes: '' })] })
  const error = await failureOf(dcr.get(client))
  expect(error.code).toBe('management_locked')
  expect(server.log).toEqual(['POST', 'GET', 'GET'])
  expect(await stored()).toMatchObject({ client_id: client.client_id, client_secret: client.client_secret })
})

test('L207: the token of one client with the address of another is refused by the server, and nothing lost', async () => {
  const { dcr, client, server, stored } = await managed()
  const other = await new DcrClient(server.metadata, { allowInsecureRequests: true }).register(METADATA)
  const mixed = { ...other, registration_access_token: `${client.registration_access_token}` }
  expect((await failureOf(dcr.get(mixed))).code).toBe('unauthorized')
  expect(await stored()).toMatchObject({ client_id: client.client_id })
  expect(server.clients.size).toBe(2)
})

describe.each(['get', 'update', 'delete'] as const)('%s', (operation) => {
  const number = operation === 'delete' ? 'L211' : 'L208'
  test.each([
    ['401 Unauthorized', 'unauthorized'],
    ['403 Forbidden', 'forbidden'],
    ['404 Not Found', 'not_found'],
    ['405 Method Not Allowed', 'not_found'],
    ['400 Bad Request', 'rejected'],
    ['429 Too Many Requests', 'rate_limited'],
  ])(`${number}: %s at the first try: what is kept stays`, async (status, code) => {
    const { dcr, client, server, stored } = await answering(status)
    expect(await failureOf(dcr[operation](client, changes))).toMatchObject({ code, outcome: 'rejected' })
    expect(server.requests).toBe(1)
    expect(await stored()).toEqual(client)
  })

  test.each(['500 Error', '502 Bad Gateway', '503 Unavailable', '504 Gateway Timeout', '408 Timeout'])(
    'L213: %s for ever: what is kept stays',
    async (status) => {
      const { dcr, client, server, stored } = await answering(status)
      const error = await failureOf(dcr[operation](client, changes))
      expect(error).toMatchObject({ code: 'server_error', outcome: 'unknown' })
      expect(server.requests).toBeLessThanOrEqual(3)
      expect(await stored()).toEqual(client)
    },
  )

  test('L214: the token travels in the Authorization header alone', async () => {
    const { dcr, client, server } = await answering('200 OK', { client_id: 'c1', ...METADATA })
    await dcr[operation](client, changes)
    const received = `${server.connections[0]?.received}`
    expect(received.match(/token-canary-1/g)).toHaveLength(1)
    expect(received).toMatch(/^authorization: Bearer token-canary-1\r$/im)
  })
})

test.each<[string, unknown]>([
  ['204 No Content', ''],
  ['200 OK', { client_id: 'c1' }],
  ['200 OK', '<html>Deleted</html>'],
  ['202 Accepted', ''],
])('L212: a deletion that is answered with %s (%j) is done', async (status, body) => {
  const { dcr, client, store } = await answering(status, body)
  await dcr.delete(client)
  expect(await store.list()).toEqual([])
})

test('L217: a read that tells less than is kept leaves the credentials', async () => {
  const { dcr, client, stored } = await managed(changed(({ client_id }) => ({ client_id })))
  const { client_name: _, redirect_uris: __, ...credentials } = client
  expect(await dcr.get(client)).toEqual(credentials)
  expect(await stored()).toEqual(credentials)
})
