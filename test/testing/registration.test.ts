import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
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

const ENDPOINT = 'https://as.example.com/register'
const CLIENT = { redirect_uris: ['https://app.example/cb'] }
const BEARER = 'Bearer realm="https://as.example.com"'
const INVALID_TOKEN = `${BEARER}, error="invalid_token", error_description="invalid token provided"`

async function register(body: unknown, token?: string, url = ENDPOINT) {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('a registration', () => {
  test('answers 201 with the defaults filled in, and keeps exactly that', async () => {
    const as = start({ now: () => 1_700_000_000_999 })
    const { status, headers, body } = await register(CLIENT)
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('date')).toBe('Tue, 14 Nov 2023 22:13:20 GMT')
    expect(body).toEqual({
      redirect_uris: ['https://app.example/cb'],
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      subject_type: 'public',
      require_auth_time: false,
      post_logout_redirect_uris: [],
      client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      client_id_issued_at: 1_700_000_000,
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
      registration_client_uri: `${ENDPOINT}/${body.client_id}`,
    })
    expect([...as.clients]).toEqual([[body.client_id, body]])
  })

  test('each client has its own identifier and secrets', async () => {
    const as = start()
    const one = (await register(CLIENT)).body
    const two = (await register(CLIENT)).body
    for (const member of ['client_id', 'client_secret', 'registration_access_token']) {
      expect(one[member]).not.toBe(two[member])
    }
    expect(as.clients.size).toBe(2)
  })

  test('what only the server may say is overwritten or ignored', async () => {
    start({ now: () => 5000 })
    const theirs = {
      client_id: 'mine',
      client_secret: 'mine',
      client_id_issued_at: 1,
      client_secret_expires_at: 1,
      registration_access_token: 'mine',
      registration_client_uri: 'https://evil.example',
    }
    const { status, body } = await register({ ...CLIENT, ...theirs })
    expect(status).toBe(201)
    for (const [member, value] of Object.entries(theirs))
      expect([member, body[member]]).not.toEqual([member, value])
    expect(body).toMatchObject({ client_id_issued_at: 5, client_secret_expires_at: 0 })
  })

  test.each([
    ['client_secret_basic', true],
    ['client_secret_post', true],
    ['client_secret_jwt', true],
    ['none', false],
    ['private_key_jwt', false],
  ])('a client with the method %s gets a secret: %s', async (token_endpoint_auth_method, secret) => {
    start()
    const jwks_uri = 'https://app.example/jwks'
    const { body } = await register({
      ...CLIENT,
      token_endpoint_auth_method,
      jwks_uri,
      client_secret: 'mine',
    })
    expect(body.token_endpoint_auth_method).toBe(token_endpoint_auth_method)
    expect('client_secret' in body).toBe(secret)
    expect('client_secret_expires_at' in body).toBe(secret)
  })

  test('a secret has a lifetime where the server gives it one', async () => {
    start({ secretLifetime: 3600, now: () => 10_000 })
    expect((await register(CLIENT)).body.client_secret_expires_at).toBe(10 + 3600)
  })

  test('a client_id with hostile characters is percent-encoded in its URI', async () => {
    const as = start({ generate: (kind) => (kind === 'client_id' ? 'a/b?c#d %é' : kind) })
    const { body } = await register(CLIENT)
    expect(body.client_id).toBe('a/b?c#d %é')
    expect(body.registration_client_uri).toBe(`${ENDPOINT}/a%2Fb%3Fc%23d%20%25%C3%A9`)
    expect(as.clients.has('a/b?c#d %é')).toBe(true)
    const read = await fetch(body.registration_client_uri, {
      headers: { authorization: 'Bearer registration_access_token' },
    })
    expect(await read.json()).toEqual(body)
  })
})

describe('the body', () => {
  const json = { 'content-type': 'application/json' }
  const notAnObject = 'client registration request must be a JSON object'
  const unreadable = 'failed to parse the request body'
  const wrongType = 'only application/json content-type bodies are supported on POST /register'
  const long = (bytes: number) => JSON.stringify({ ...CLIENT, client_name: 'é'.repeat(bytes / 2) })

  test.each<[string, BodyInit, Record<string, string>, string]>([
    ['an array', '[]', json, notAnObject],
    ['null', 'null', json, notAnObject],
    ['a string', '"x"', json, notAnObject],
    ['a number', '1', json, notAnObject],
    ['broken', '{"redirect_uris":', json, unreadable],
    ['empty', '', json, unreadable],
    ['over 56 KiB', long(56 * 1024), json, unreadable],
    ['text', '{}', { 'content-type': 'text/plain' }, wrongType],
    ['JSON of another kind', '{}', { 'content-type': 'application/merge-patch+json' }, wrongType],
    ['a form', new URLSearchParams({ a: 'b' }), {}, wrongType],
  ])('%s is refused with invalid_request', async (_, body, headers, error_description) => {
    const as = start()
    const response = await fetch(ENDPOINT, { method: 'POST', headers, body })
    expect(response.status).toBe(400)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(await response.json()).toEqual({ error: 'invalid_request', error_description })
    expect(as.clients.size).toBe(0)
  })

  test.each([
    ['a charset and capitals', JSON.stringify(CLIENT), 'Application/JSON; charset=UTF-8'],
    ['just under 56 KiB', long(56 * 1024 - 200), 'application/json'],
  ])('%s is fine', async (_, body, contentType) => {
    start()
    const headers = { 'content-type': contentType }
    expect((await fetch(ENDPOINT, { method: 'POST', headers, body })).status).toBe(201)
  })

  test('without a content type it is an empty object', async () => {
    start()
    const response = await fetch(ENDPOINT, { method: 'POST', body: new TextEncoder().encode('[]') })
    expect(await response.json()).toMatchObject({ error: 'invalid_redirect_uri' })
  })
})

describe('who may register', () => {
  test('open: anyone, and credentials are not looked at', async () => {
    start()
    expect((await register(CLIENT)).status).toBe(201)
    expect((await register(CLIENT, 'garbage')).status).toBe(201)
  })

  test('protected: without a token, a bare challenge', async () => {
    const as = start({ registration: 'protected' })
    const { status, headers, body } = await register(CLIENT)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe(BEARER)
    expect(body).toEqual({ error: 'invalid_token', error_description: 'no access token provided' })
    expect(as.clients.size).toBe(0)
  })

  test('protected: with a wrong token, a challenge that says so', async () => {
    const as = start({ registration: 'protected', initialAccessTokens: ['right'] })
    const { status, headers, body } = await register(CLIENT, 'wrong')
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe(INVALID_TOKEN)
    expect(body).toEqual({ error: 'invalid_token', error_description: 'invalid token provided' })
    expect(as.clients.size).toBe(0)
  })

  test.each([
    ['Basic YTpi', 'authorization header scheme must be `Bearer`'],
    ['Bearer a b', 'invalid authorization header value format'],
    ['Bearer', 'invalid authorization header value format'],
  ])('protected: %s is invalid_request, without a challenge', async (authorization, error_description) => {
    start({ registration: 'protected' })
    const headers = { 'content-type': 'application/json', authorization }
    const response = await fetch(ENDPOINT, { method: 'POST', headers, body: JSON.stringify(CLIENT) })
    expect(response.status).toBe(400)
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(await response.json()).toEqual({ error: 'invalid_request', error_description })
  })

  test('protected: a token in the query is refused, alone or beside the header', async () => {
    start({ registration: 'protected', initialAccessTokens: ['right'] })
    const alone = await register(CLIENT, undefined, `${ENDPOINT}?access_token=right`)
    const beside = await register(CLIENT, 'right', `${ENDPOINT}?access_token=right`)
    expect([alone.status, beside.status]).toEqual([400, 400])
    expect(alone.body.error_description).toBe('access tokens must not be provided via query parameter')
    expect(beside.body.error_description).toBe('access token must only be provided using one mechanism')
  })

  test('protected: the body is judged first', async () => {
    start({ registration: 'protected' })
    expect((await register([])).status).toBe(400)
    expect((await register({ redirect_uris: [] })).status).toBe(401)
  })

  test('a fixed and an issued token work again and again', async () => {
    const as = start({ registration: 'protected', initialAccessTokens: ['fixed'] })
    const issued = as.issueInitialAccessToken()
    for (const token of ['fixed', issued, 'fixed', issued])
      expect((await register(CLIENT, token)).status).toBe(201)
    expect(as.clients.size).toBe(4)
  })

  test('singleUse: one client for each token, and a refusal costs nothing', async () => {
    const as = start({ registration: 'protected', initialAccessTokens: ['fixed'], singleUse: true })
    for (const token of ['fixed', as.issueInitialAccessToken()]) {
      expect((await register({ redirect_uris: [] }, token)).status).toBe(400)
      expect((await register(CLIENT, token)).status).toBe(201)
      expect((await register(CLIENT, token)).status).toBe(401)
    }
    expect(as.clients.size).toBe(2)
  })

  test('an administrator registers, also where tokens are for single use', async () => {
    start({ registration: 'protected', administratorTokens: ['root'], singleUse: true })
    expect((await register(CLIENT, 'root')).status).toBe(201)
    expect((await register(CLIENT, 'root')).status).toBe(201)
  })

  test('a registration access token does not register', async () => {
    start({ registration: 'protected', initialAccessTokens: ['fixed'] })
    const { body } = await register(CLIENT, 'fixed')
    expect((await register(CLIENT, body.registration_access_token)).status).toBe(401)
  })
})

describe('with an access token', () => {
  const registrar = { client_id: 'registrar', client_secret: 's', scope: 'register openid' }
  const options = { registration: 'protected', tokenClients: [registrar] } as const

  async function token(scope?: string) {
    const response = await fetch('https://as.example.com/token', {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('registrar:s')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
    })
    return (await response.json()).access_token as string
  }

  test('of the scope register', async () => {
    start(options)
    const value = await token('openid register')
    expect((await register(CLIENT, value)).status).toBe(201)
    expect((await register(CLIENT, value)).status).toBe(201)
  })

  test.each([['openid'], [undefined]])('of the scope %s: 403 insufficient_scope', async (scope) => {
    const as = start(options)
    const { status, headers, body } = await register(CLIENT, await token(scope))
    expect(status).toBe(403)
    expect(body).toMatchObject({ error: 'insufficient_scope', scope: 'register' })
    expect(headers.get('www-authenticate')).toContain(`${BEARER}, error="insufficient_scope"`)
    expect(headers.get('www-authenticate')).toContain('scope="register"')
    expect(as.clients.size).toBe(0)
  })

  test('for single use', async () => {
    start({ ...options, singleUse: true })
    const value = await token('register')
    expect((await register(CLIENT, value)).status).toBe(201)
    expect((await register(CLIENT, value)).status).toBe(401)
    expect((await register(CLIENT, await token('register'))).status).toBe(201)
  })

  test('that has expired: 401', async () => {
    let now = 0
    start({ ...options, accessTokenLifetime: 60, now: () => now })
    const value = await token('register')
    now = 59_999
    expect((await register(CLIENT, value)).status).toBe(201)
    now = 60_000
    expect((await register(CLIENT, value)).status).toBe(401)
  })
})
