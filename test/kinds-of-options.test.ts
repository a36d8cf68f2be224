import { describe, expect, test } from 'vitest'
import { DcrClient, type DcrError, discover, memoryStore, storeKey } from '../src/index.js'
import { startDocumentServer } from './servers/documents.js'
import { startScripted } from './servers/scripted.js'

/* What is of the wrong kind is told before it costs a client. */

const refusal = (make: () => unknown): DcrError => {
  try {
    make()
  } catch (error) {
    return error as DcrError
  }
  return expect.fail('it was taken')
}
const SERVER = { issuer: 'https://as.example.com', registration_endpoint: 'https://as.example.com/register' }

describe('an option of the wrong kind', () => {
  test.each<[string, unknown]>([
    ['signal', { signal: new AbortController() }],
    ['signal', { signal: 'now' }],
    ['fetch', { fetch: 'https://proxy.example.com' }],
    ['onWarning', { onWarning: 'console' }],
    ['store', { store: {} }],
    ['store', { store: { ...memoryStore(), lock: undefined } }],
    ['trustedOrigins', { trustedOrigins: ['https://manage.example.com/'] }],
    ['trustedOrigins', { trustedOrigins: ['manage.example.com'] }],
  ])('%s', (named, options) => {
    const error = refusal(() => new DcrClient(SERVER, options as never))
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain(named)
  })

  test('no options at all are none', () => {
    expect(new DcrClient(SERVER, null as never)).toBeInstanceOf(DcrClient)
  })

  test('a polluted prototype gives no credentials', async () => {
    const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
    Object.assign(Object.prototype, { initialAccessToken: 'polluted', manageWith: 'initial_access_token' })
    try {
      await new DcrClient(server.metadata, { allowInsecureRequests: true }).register({})
    } finally {
      Reflect.deleteProperty(Object.prototype, 'initialAccessToken')
      Reflect.deleteProperty(Object.prototype, 'manageWith')
    }
    expect(server.requests[0]?.headers.authorization).toBeUndefined()
  })
})

test.each<[string, unknown]>([
  ['a Map', new Map([['client_name', 'App']])],
  ['a promise that was not awaited', Promise.resolve({ client_name: 'App' })],
  ['a Date', new Date(0)],
])('%s is no metadata', async (_name, metadata) => {
  const server = await startScripted()
  const attempt = new DcrClient(server.metadata, { allowInsecureRequests: true }).register(metadata as never)
  await expect(attempt).rejects.toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
  expect(server.connections).toBe(0)
})

test('an object of a class is, by its members', async () => {
  class Application {
    readonly client_name = 'App'
  }
  const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
  await new DcrClient(server.metadata, { allowInsecureRequests: true }).register(new Application() as never)
  expect(server.requests[0]?.body).toBe('{"client_name":"App"}')
})

test('a registration with the empty key set that a server answers can be updated', async () => {
  const client = { client_id: 'c1', jwks_uri: 'https://app.example.com/keys', registration_access_token: 't' }
  const server = await startScripted({ body: { ...client, jwks: { keys: [] } } }, { body: client })
  const dcr = new DcrClient(server.metadata, { allowInsecureRequests: true })
  const current = await dcr.get({ ...client, registration_client_uri: `${server.origin}/register/c1` })
  await dcr.update(current, { client_name: 'App' })
  expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual({
    client_id: 'c1',
    jwks_uri: client.jwks_uri,
    client_name: 'App',
  })
})

test('after a store failed, what the error holds can be saved and used', async () => {
  const store = memoryStore()
  const set = store.set
  const server = await startScripted()
  const uri = `${server.origin}/register/c1`
  const client = {
    client_id: 'c1',
    client_name: 'App',
    registration_access_token: 'old',
    registration_client_uri: uri,
  }
  const key = storeKey(server.origin, 'c1')
  await store.set(key, { issuer: server.origin, client })
  server.script.push({ body: { ...client, registration_access_token: 'new' } }, { body: client })
  const dcr = new DcrClient(server.metadata, { allowInsecureRequests: true, store })
  store.set = (key, stored) => (stored.intent ? set(key, stored) : Promise.reject(new Error('disk full')))
  const error: DcrError = await dcr.update(client, { client_name: 'App 2' }).catch((error) => error)
  expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
  store.set = set
  const stored = await store.get(key)
  await store.set(key, {
    issuer: server.origin,
    client: error.client as typeof client,
    revision: stored?.revision,
  })
  await dcr.get(client)
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
})

test('only what is odd about the document that wins is told, and once', async () => {
  const server = await startDocumentServer()
  const document = { issuer: `${server.origin}/`, registration_endpoint: `${server.origin}/register` }
  server.serve({
    '/.well-known/oauth-authorization-server': document,
    '/.well-known/openid-configuration': document,
  })
  const codes: string[] = []
  await discover(server.origin, { allowInsecureRequests: true, onWarning: ({ code }) => codes.push(code) })
  expect(codes).toEqual(['issuer_trailing_slash'])
  await server.close()
})
