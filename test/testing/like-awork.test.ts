import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

const ISSUER = 'https://api.awork.example'
const REGISTER = `${ISSUER}/api/v1/clientapplications/register`
const NOW = 1_700_000_000
const LINK = 'https://developers.awork.com/#response-types'

function start(options: ReferenceServerOptions = {}) {
  const as = referenceServer({ like: 'awork', issuer: ISSUER, now: () => NOW * 1000, ...options })
  network.use(...as.handlers)
  return as
}

async function call(method: string, url: string, authorization?: string, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined }
}

const register = (metadata: unknown, authorization?: string) =>
  call('POST', REGISTER, authorization, metadata)

const NATIVE = {
  redirect_uris: ['obsidian://awork/cb'],
  client_name: 'App',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'full_access offline_access',
  application_type: 'native',
  software_id: 'ab6d6a2e-2f4b-4d4c-9c1d-8f1f0a7c6e55',
  software_version: '1.0.0',
}

const NULLS = {
  redirect_uris: null,
  client_name: null,
  token_endpoint_auth_method: null,
  grant_types: null,
  response_types: null,
  scope: null,
  application_type: null,
  contacts: null,
  logo_uri: null,
  client_uri: null,
  policy_uri: null,
  tos_uri: null,
  software_id: null,
  software_version: null,
}

describe('registration', () => {
  test('a public client: everything echoed or null, a time of expiry, no secret', async () => {
    const as = start()
    const { status, body } = await register(NATIVE)
    expect(status).toBe(201)
    expect(body).toEqual({
      ...NULLS,
      ...NATIVE,
      client_id: expect.stringMatching(/^dcr_./),
      client_secret: null,
      client_secret_expires_at: 0,
      client_id_issued_at: NOW,
    })
    expect(as.clients.get(body.client_id)).toMatchObject(NATIVE)
  })

  test('a confidential client, of whom nothing is known', async () => {
    const as = start()
    const { status, body } = await register({})
    const { client_id, client_secret, ...rest } = body
    expect([status, typeof client_id, typeof client_secret]).toEqual([201, 'string', 'string'])
    expect(rest).toEqual({ ...NULLS, client_secret_expires_at: 0, client_id_issued_at: NOW })
    const held = as.clients.get(client_id)
    expect(held).not.toHaveProperty('registration_access_token')
    expect(held).not.toHaveProperty('registration_client_uri')
  })

  test('drops what it does not list', async () => {
    start()
    const { body } = await register({
      ...NATIVE,
      jwks_uri: 'https://app.example/jwks',
      extra: 1,
      tos_uri: null,
    })
    expect(body).toMatchObject({ ...NATIVE, tos_uri: null })
    expect(body).not.toHaveProperty('jwks_uri')
    expect(body).not.toHaveProperty('extra')
  })

  test('anonymous, or with any bearer token', async () => {
    start()
    expect((await register(NATIVE)).status).toBe(201)
    expect((await register(NATIVE, 'Bearer anything')).status).toBe(201)
  })

  test('an answer without a client_id can be made', async () => {
    const as = start()
    as.fault('register', { alter: (body) => ({ ...body, client_id: null }) })
    const { status, body } = await register(NATIVE)
    expect([status, body.client_id, body.client_name]).toEqual([201, null, 'App'])
    expect(as.clients.size).toBe(1)
  })
})

describe('a tenant that wants a token', () => {
  const options: ReferenceServerOptions = { registration: 'protected', initialAccessTokens: ['good'] }

  test.each([undefined, 'Bearer bad', 'Basic YTpi', 'Bearer'])('%s: 401', async (authorization) => {
    const as = start(options)
    const { status, headers, body } = await register(NATIVE, authorization)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer')
    expect(body).toEqual({ code: 'unauthorized', description: expect.any(String), link: LINK })
    expect(as.clients.size).toBe(0)
  })

  test('gets it', async () => {
    const as = start(options)
    expect((await register(NATIVE, 'Bearer good')).status).toBe(201)
    expect((await register(NATIVE, `Bearer ${as.issueInitialAccessToken()}`)).status).toBe(201)
  })
})

describe('errors', () => {
  const uris = { redirect_uris: ['not a uri'] }

  test.each([
    [uris, 'redirect_uris'],
    [{ redirect_uris: ['https://app.example/#a'] }, 'redirect_uris'],
    [{ contacts: 'me' }, 'contacts'],
    [{ client_name: 1 }, 'client_name'],
  ])('%j: which member is not valid', async (metadata, property) => {
    start()
    const { status, body } = await register(metadata)
    expect(status).toBe(400)
    expect(body).toEqual({
      code: 'validation-failed',
      description: `${property} is not valid`,
      link: LINK,
      validationErrors: [{ property, message: `${property} is not valid` }],
    })
  })

  test.each(['{', '[]'])('a body that is no object: %s', async (text) => {
    start()
    const { status, body } = await register(text)
    expect(status).toBe(400)
    expect(body).toEqual({ code: 'invalid-model', description: expect.any(String), link: LINK })
  })

  test('in the shape of before July 2026', async () => {
    start({ errors: 'oauth', registration: 'protected', initialAccessTokens: ['good'] })
    const invalid = await register(uris, 'Bearer good')
    expect([invalid.status, invalid.body]).toEqual([
      400,
      { error: 'invalid_redirect_uri', error_description: 'redirect_uris is not valid' },
    ])
    const broken = await register('{', 'Bearer good')
    expect([broken.status, broken.body.error]).toEqual([400, 'invalid_request'])
    const unauthorized = await register(NATIVE)
    expect([unauthorized.status, unauthorized.body]).toEqual([
      401,
      { error: 'invalid_token', error_description: expect.any(String) },
    ])
  })

  test('too many requests, with the headers that say until when', async () => {
    const as = start()
    as.fault('register', {
      status: 429,
      headers: {
        'RateLimit-Limit': '50',
        'RateLimit-Remaining': '0',
        'RateLimit-Reset': '47',
        'x-ratelimit-limit-second': '50',
        'x-ratelimit-remaining-second': '0',
      },
      body: { code: 'too-many-requests', description: 'Later.', link: LINK },
    })
    const { status, headers, body } = await register(NATIVE)
    expect([status, body.code, as.clients.size]).toEqual([429, 'too-many-requests', 0])
    expect(headers.get('ratelimit-limit')).toBe('50')
    expect(headers.get('ratelimit-remaining')).toBe('0')
    expect(headers.get('ratelimit-reset')).toBe('47')
    expect(headers.get('x-ratelimit-remaining-second')).toBe('0')
    expect(headers.get('retry-after')).toBeNull()
    expect((await register(NATIVE)).status).toBe(201)
  })
})

test.each(['GET', 'PUT', 'DELETE'])('there is no management: %s is 404', async (method) => {
  for (const options of [{}, { management: 'full', administratorTokens: ['root'] }] as const) {
    const as = start(options)
    const { client_id } = (await register(NATIVE)).body
    const url = `${REGISTER}/${client_id}`
    const { status, body } = await call(method, url, 'Bearer root', method === 'PUT' ? NATIVE : undefined)
    expect(status).toBe(404)
    expect(body).toEqual({ code: 'not-found', description: expect.any(String), link: LINK })
    expect(as.clients.has(client_id)).toBe(true)
  }
})

test('the OpenID Connect document, and no other', async () => {
  const as = start()
  const { body } = await call('GET', `${ISSUER}/.well-known/openid-configuration`)
  expect(body).toEqual(as.metadata)
  expect(body).toMatchObject({
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/api/v1/accounts/authorize`,
    token_endpoint: `${ISSUER}/api/v1/accounts/token`,
    registration_endpoint: REGISTER,
    scopes_supported: ['full_access', 'offline_access'],
  })
  expect((await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).status).toBe(404)
})

test('a confidential client gets a token', async () => {
  start()
  const { client_id, client_secret } = (await register({ grant_types: ['client_credentials'] })).body
  const ask = (secret: string) =>
    fetch(`${ISSUER}/api/v1/accounts/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client_id}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
  expect((await ask(client_secret)).status).toBe(200)
  const refused = await ask('wrong')
  expect([refused.status, (await refused.json()).error]).toEqual([401, 'invalid_client'])
})

test('requests, forget and reset work as ever', async () => {
  const as = start()
  const { client_id } = (await register(NATIVE)).body
  await call('GET', `${REGISTER}/${client_id}`)
  expect(as.requests.map(({ operation, status }) => [operation, status])).toEqual([
    ['register', 201],
    ['read', 404],
  ])
  as.forget(client_id)
  expect(as.clients.size).toBe(0)
  as.reset()
  expect(as.requests).toEqual([])
})

test('switched off, it is not there', async () => {
  const as = start({ registration: 'disabled' })
  const { status, body } = await register(NATIVE)
  expect([status, body.code]).toEqual([404, 'not-found'])
  expect(as.metadata).not.toHaveProperty('registration_endpoint')
})
