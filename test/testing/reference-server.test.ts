import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import * as testing from '../../src/testing/index.js'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

function start(options?: ReferenceServerOptions) {
  const as = referenceServer(options)
  network.use(...as.handlers)
  return as
}

const WEB = { redirect_uris: ['https://app.example/cb'] }

async function register(issuer = 'https://as.example.com', token?: string) {
  const response = await fetch(`${issuer}/register`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(WEB),
  })
  return { status: response.status, body: await response.json() }
}

test('the entry exports one value', () => {
  expect(Object.keys(testing)).toEqual(['referenceServer'])
})

test('without options: an open server at https://as.example.com', async () => {
  const as = start()
  expect(as.issuer).toBe('https://as.example.com')
  expect((await register()).status).toBe(201)
})

describe('requests', () => {
  test('are kept in order, with what was sent and answered', async () => {
    const as = start()
    await fetch('https://as.example.com/.well-known/openid-configuration', { headers: { 'X-Trace': 'one' } })
    const { body } = await register()
    await fetch('https://as.example.com/token', { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })
    await fetch(`${body.registration_client_uri}?x=1`)
    await fetch(body.registration_client_uri, { method: 'PUT', body: 'text' })
    await fetch(body.registration_client_uri, { method: 'DELETE' })
    await fetch(body.registration_client_uri, { method: 'PATCH' })

    expect(as.requests.map(({ operation, method, status }) => [operation, method, status])).toEqual([
      ['discovery', 'GET', 200],
      ['register', 'POST', 201],
      ['token', 'POST', 400],
      ['read', 'GET', 401],
      ['update', 'PUT', 401],
      ['delete', 'DELETE', 401],
      [undefined, 'PATCH', 404],
    ])
    expect(as.requests[0]?.headers['x-trace']).toBe('one')
    expect(as.requests[1]).toMatchObject({
      url: 'https://as.example.com/register',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(WEB),
    })
    expect(as.requests[2]?.body).toBe('a=b+c')
    expect(as.requests[3]).toMatchObject({ url: `${body.registration_client_uri}?x=1`, body: '' })
  })

  test('that found no document are seen too', async () => {
    const as = start({ layouts: [] })
    await fetch('https://as.example.com/.well-known/oauth-authorization-server')
    expect(as.requests).toMatchObject([{ operation: 'discovery', status: 404 }])
  })

  test('without an answer have no status', async () => {
    const as = start()
    as.fault('register', { network: 'error' })
    await expect(register()).rejects.toThrow(TypeError)
    expect(as.requests).toMatchObject([
      { operation: 'register', status: undefined, body: JSON.stringify(WEB) },
    ])
  })
})

test('forget: the client and its token are gone', async () => {
  const as = start()
  const one = (await register()).body
  const two = (await register()).body
  as.forget(one.client_id)
  expect([...as.clients.keys()]).toEqual([two.client_id])
  const read = async ({ registration_client_uri: uri, registration_access_token: token }: typeof one) =>
    (await fetch(uri, { headers: { authorization: `Bearer ${token}` } })).status
  expect([await read(one), await read(two)]).toEqual([401, 200])
  as.forget('unknown')
  expect(as.clients.size).toBe(1)
})

test('reset: everything is back at the start, and the handlers stay good', async () => {
  const as = start({
    registration: 'protected',
    initialAccessTokens: ['fixed'],
    singleUse: true,
    tokenClients: [{ client_id: 'registrar', client_secret: 's' }],
  })
  const { clients, requests } = as
  const issued = as.issueInitialAccessToken()
  const response = await fetch('https://as.example.com/token', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('registrar:s')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'register' }),
  })
  const { access_token } = await response.json()
  await register(as.issuer, 'fixed')
  as.fault('register', { status: 500 })

  as.reset()
  expect([clients.size, requests.length]).toEqual([0, 0])
  expect((await register(as.issuer, issued)).status).toBe(401)
  expect((await register(as.issuer, access_token)).status).toBe(401)
  expect((await register(as.issuer, 'fixed')).status).toBe(201)
  expect([clients.size, requests.length]).toEqual([1, 3])
})

test('switched off: nothing is advertised, nothing registers', async () => {
  const as = start({ registration: 'disabled' })
  expect(as.metadata).not.toHaveProperty('registration_endpoint')
  for (const [method, path] of [
    ['POST', 'register'],
    ['GET', 'register/any'],
    ['PUT', 'register/any'],
    ['DELETE', 'register/any'],
  ] as const) {
    const { status } = await fetch(`https://as.example.com/${path}`, { method })
    expect([method, status]).toEqual([method, 404])
  }
  expect(as.requests.map(({ operation }) => operation)).toEqual(['register', 'read', 'update', 'delete'])
  expect((await fetch('https://as.example.com/token', { method: 'POST' })).status).toBe(400)
})

test('two servers know nothing of each other', async () => {
  const one = start({ issuer: 'https://as.example.com/one' })
  const two = start({ issuer: 'https://as.example.com/two' })
  const { body } = await register(one.issuer)
  expect([one.clients.size, two.clients.size]).toEqual([1, 0])
  const elsewhere = await fetch(`${two.issuer}/register/${body.client_id}`, {
    headers: { authorization: `Bearer ${body.registration_access_token}` },
  })
  expect(elsewhere.status).toBe(401)
})

test('generate makes every value, by its kind', async () => {
  const kinds: string[] = []
  const as = start({
    tokenClients: [{ client_id: 'registrar', client_secret: 's' }],
    generate: (kind) => `${kind}-${kinds.push(kind)}`,
  })
  expect(as.issueInitialAccessToken()).toBe('initial_access_token-1')
  expect((await register()).body).toMatchObject({
    client_id: 'client_id-2',
    client_secret: 'client_secret-3',
    registration_access_token: 'registration_access_token-4',
    registration_client_uri: 'https://as.example.com/register/client_id-2',
  })
  const response = await fetch('https://as.example.com/token', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('registrar:s')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  expect((await response.json()).access_token).toBe('access_token-5')
})

test('without a clock of its own, the server follows Date, faked or not', async () => {
  start()
  vi.useFakeTimers({ toFake: ['Date'], now: 5_000_000 })
  const { body } = await register()
  vi.useRealTimers()
  expect(body.client_id_issued_at).toBe(5000)
})

test.each(['nope', 'toString', null, Symbol('nope')])('a system it does not know: %s', (like) => {
  expect(() => referenceServer({ like: like as 'hydra' })).toThrow(
    new TypeError(`like: there is no ${String(like)}; there are hydra, simpleidserver, awork.`),
  )
})

test('many registrations at once are many clients', async () => {
  const as = start()
  const answers = await Promise.all(Array.from({ length: 50 }, () => register()))
  expect(new Set(answers.map(({ body }) => body.client_id)).size).toBe(50)
  expect(as.clients.size).toBe(50)
})
