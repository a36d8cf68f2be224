import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

const HOSTILE = 'a b+c%:&=/?~"\\#%20'
const CLIENTS = [
  { client_id: 'basic', client_secret: 's', scope: 'register openid' },
  { client_id: 'post', client_secret: 's', token_endpoint_auth_method: 'client_secret_post' },
  { client_id: 'jwt', client_secret: 's', token_endpoint_auth_method: 'client_secret_jwt' },
  { client_id: 'public', token_endpoint_auth_method: 'none' },
  { client_id: 'colon', client_secret: 'a:b' },
  { client_id: HOSTILE, client_secret: `${HOSTILE}!` },
]

function start(options?: ReferenceServerOptions) {
  const as = referenceServer({ tokenClients: CLIENTS, ...options })
  network.use(...as.handlers)
  return as
}

async function post(path: string, init: RequestInit) {
  const response = await fetch(`https://as.example.com/${path}`, { method: 'POST', ...init })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

type Form = Record<string, string> | string

function token(form: Form, authorization?: string) {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
  return post('token', { headers, body: new URLSearchParams(form) })
}

function formEncode(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length)
}

function basic(id: string, secret: string): string {
  return `Basic ${btoa(`${formEncode(id)}:${formEncode(secret)}`)}`
}

const GRANT = { grant_type: 'client_credentials' }
const FAILED = { error: 'invalid_client', error_description: 'client authentication failed' }
const CHALLENGE =
  'Basic realm="https://as.example.com", error="invalid_client", error_description="client authentication failed"'

describe('a token', () => {
  test('is issued with its lifetime and scope, and is not to be stored', async () => {
    start({ accessTokenLifetime: 77 })
    const { status, headers, body } = await token({ ...GRANT, scope: 'register' }, basic('basic', 's'))
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: 'Bearer',
      expires_in: 77,
      scope: 'register',
    })
  })

  test('lives 600 seconds unless told otherwise, and says no scope where none was asked for', async () => {
    start()
    const { body } = await token(GRANT, basic('basic', 's'))
    expect(body.expires_in).toBe(600)
    expect(body).not.toHaveProperty('scope')
  })

  test('says each scope once', async () => {
    start()
    const { body } = await token({ ...GRANT, scope: 'openid register openid' }, basic('basic', 's'))
    expect(body.scope).toBe('openid register')
  })
})

describe('authentication succeeds', () => {
  test.each<[string, Form, string | undefined]>([
    ['basic', GRANT, basic('basic', 's')],
    ['basic, scheme in capitals', GRANT, basic('basic', 's').replace('Basic', 'BASIC')],
    ['basic, no padding', GRANT, basic('basic', 's').replace(/=+$/, '')],
    ['basic, a bare colon in the secret', GRANT, `Basic ${btoa('colon:a:b')}`],
    ['basic, hostile characters', GRANT, basic(HOSTILE, `${HOSTILE}!`)],
    ['basic and the same client_id', { ...GRANT, client_id: 'basic' }, basic('basic', 's')],
    ['basic and an empty client_secret', { ...GRANT, client_secret: '' }, basic('basic', 's')],
    ['post', { ...GRANT, client_id: 'post', client_secret: 's' }, undefined],
  ])('%s', async (_, form, authorization) => {
    start()
    expect((await token(form, authorization)).status).toBe(200)
  })
})

describe('invalid_client', () => {
  test.each([
    ['a wrong secret', basic('basic', 'wrong')],
    ['an unknown client', basic('ghost', 's')],
    ['basic for a post client', basic('post', 's')],
    ['basic for a jwt client', basic('jwt', 's')],
    ['basic for a public client', basic('public', 's')],
    ['hostile characters, not encoded', `Basic ${btoa('a+b:s')}`],
  ])('%s: 401 with a challenge', async (_, authorization) => {
    start({ tokenClients: [...CLIENTS, { client_id: 'a+b', client_secret: 's' }] })
    const { status, headers, body } = await token(GRANT, authorization)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe(CHALLENGE)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual(FAILED)
  })

  test.each<[string, Form]>([
    ['a wrong secret', { client_id: 'post', client_secret: 'wrong' }],
    ['an unknown client', { client_id: 'ghost', client_secret: 's' }],
    ['post for a basic client', { client_id: 'basic', client_secret: 's' }],
    ['nothing for a basic client', { client_id: 'basic' }],
    ['an unknown public client', { client_id: 'ghost' }],
  ])('%s, without Authorization: 401 without a challenge', async (_, form) => {
    start()
    const { status, headers, body } = await token({ ...GRANT, ...(form as object) })
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBeNull()
    expect(body).toEqual(FAILED)
  })
})

describe('invalid_request', () => {
  const format = 'invalid authorization header value format'
  const encoding = 'client_id and client_secret in the authorization header are not properly encoded'
  const oneMechanism = 'client authentication must only be provided using one mechanism'

  test.each<[string, Form, string | undefined, string]>([
    ['nothing', GRANT, undefined, 'no client authentication mechanism provided'],
    [
      'a secret alone',
      { ...GRANT, client_secret: 's' },
      undefined,
      'no client authentication mechanism provided',
    ],
    ['no colon', GRANT, `Basic ${btoa('basic')}`, format],
    ['not base64', GRANT, 'Basic !!!', format],
    ['impossible base64', GRANT, 'Basic abcde', format],
    ['three parts', GRANT, 'Basic a b', format],
    ['another scheme', GRANT, 'Bearer abc', format],
    ['a stray percent', GRANT, `Basic ${btoa('%zz:s')}`, encoding],
    ['beyond ASCII', GRANT, basic('é', 's'), encoding],
    ['a control character', GRANT, basic('a\nb', 's'), encoding],
    [
      'an empty secret',
      GRANT,
      basic('basic', ''),
      'client_secret must be provided in the Authorization header',
    ],
    [
      'basic and post',
      { ...GRANT, client_id: 'basic', client_secret: 's' },
      basic('basic', 's'),
      oneMechanism,
    ],
    [
      'post and assertion',
      { ...GRANT, client_secret: 's', client_assertion: 'a.b.c' },
      undefined,
      oneMechanism,
    ],
    ['basic and assertion', { ...GRANT, client_assertion: 'a.b.c' }, basic('basic', 's'), oneMechanism],
    ['another client_id', { ...GRANT, client_id: 'post' }, basic('basic', 's'), 'client_id mismatch'],
    [
      'client_secret twice',
      'grant_type=client_credentials&client_id=post&client_secret=s&client_secret=s',
      undefined,
      "'client_secret' parameter must not be provided twice",
    ],
    [
      'grant_type twice',
      'grant_type=client_credentials&grant_type=client_credentials',
      basic('basic', 's'),
      "'grant_type' parameter must not be provided twice",
    ],
    [
      'scope twice',
      'grant_type=client_credentials&scope=openid&scope=openid',
      basic('basic', 's'),
      "'scope' parameter must not be provided twice",
    ],
    ['no grant_type', {}, basic('basic', 's'), "missing required parameter 'grant_type'"],
    ['empty grant_type', { grant_type: '' }, basic('basic', 's'), "missing required parameter 'grant_type'"],
  ])('%s', async (_, form, authorization, error_description) => {
    start()
    const { status, headers, body } = await token(form, authorization)
    expect(status).toBe(400)
    expect(headers.get('www-authenticate')).toBeNull()
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({ error: 'invalid_request', error_description })
  })

  test('JSON is no form', async () => {
    start()
    const headers = { 'content-type': 'application/json', authorization: basic('basic', 's') }
    const { status, body } = await post('token', { headers, body: JSON.stringify(GRANT) })
    expect(status).toBe(400)
    expect(body).toEqual({
      error: 'invalid_request',
      error_description:
        'only application/x-www-form-urlencoded content-type bodies are supported on POST /token',
    })
  })
})

describe('grants and scopes', () => {
  test.each<[string, string, string, string]>([
    ['zzz', 'basic', 'unsupported_grant_type', 'unsupported grant_type requested'],
    ['implicit', 'basic', 'unsupported_grant_type', 'unsupported grant_type requested'],
    [
      'authorization_code',
      'basic',
      'unauthorized_client',
      'requested grant type is not allowed for this client',
    ],
  ])('grant %s: %s gets %s', async (grant_type, client, error, error_description) => {
    start()
    const { status, body } = await token({ grant_type }, basic(client, 's'))
    expect(status).toBe(400)
    expect(body).toEqual({ error, error_description })
  })

  test('a public client gets no token by itself', async () => {
    start()
    const { status, body } = await token({ ...GRANT, client_id: 'public' })
    expect(status).toBe(400)
    expect(body.error).toBe('unauthorized_client')
  })

  test.each([
    ['register email', 'requested scope is not allowed', { scope: 'email' }],
    ['zzz', 'requested scope is not allowed', { scope: 'zzz' }],
    ['a  b', 'scope contains invalid characters', {}],
    ['a"b', 'scope contains invalid characters', {}],
  ])('scope %j: invalid_scope', async (scope, error_description, more) => {
    start()
    const { status, body } = await token({ ...GRANT, scope }, basic('basic', 's'))
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'invalid_scope', error_description, ...more })
  })

  test('a client without a list of scopes may ask for what the server supports', async () => {
    start({ metadata: { scopes_supported: ['tools'] } })
    const post = { ...GRANT, client_id: 'post', client_secret: 's' }
    expect((await token({ ...post, scope: 'tools' })).status).toBe(200)
    expect((await token({ ...post, scope: 'openid' })).body.error).toBe('invalid_scope')
  })
})

describe('a registered client', () => {
  const MACHINE = { grant_types: ['client_credentials'], response_types: [] }

  async function register(metadata: object) {
    const headers = { 'content-type': 'application/json' }
    return (await post('register', { headers, body: JSON.stringify(metadata) })).body
  }

  test('gets a token for the scopes it registered', async () => {
    start()
    const client = await register({ ...MACHINE, scope: 'openid' })
    const authorization = basic(client.client_id, client.client_secret)
    expect((await token({ ...GRANT, scope: 'openid' }, authorization)).body.scope).toBe('openid')
    expect((await token({ ...GRANT, scope: 'email' }, authorization)).body.error).toBe('invalid_scope')
  })

  test('gets none for a grant it did not register', async () => {
    start()
    const client = await register({ redirect_uris: ['https://app.example/cb'] })
    const authorization = basic(client.client_id, client.client_secret)
    expect((await token(GRANT, authorization)).body.error).toBe('unauthorized_client')
    const code = await token({ grant_type: 'authorization_code', code: 'x' }, authorization)
    expect([code.status, code.body.error]).toEqual([400, 'invalid_grant'])
  })

  test('is held to the method it registered', async () => {
    start()
    const client = await register({ ...MACHINE, token_endpoint_auth_method: 'client_secret_post' })
    const { client_id, client_secret } = client
    expect((await token({ ...GRANT, client_id, client_secret })).status).toBe(200)
    expect((await token(GRANT, basic(client_id, client_secret))).status).toBe(401)
  })

  test('fails once its secret has expired', async () => {
    let now = 1_000_000
    start({ secretLifetime: 60, now: () => now })
    const client = await register(MACHINE)
    const authorization = basic(client.client_id, client.client_secret)
    now += 59_999
    expect((await token(GRANT, authorization)).status).toBe(200)
    now += 1
    const { status, body } = await token(GRANT, authorization)
    expect([status, body]).toEqual([401, FAILED])
  })

  test('dies with its tokens', async () => {
    const as = start({ registration: 'protected', administratorTokens: ['root'] })
    const created = await post('register', {
      headers: { 'content-type': 'application/json', authorization: 'Bearer root' },
      body: JSON.stringify(MACHINE),
    })
    const { client_id, client_secret } = created.body
    const issued = await token({ ...GRANT, scope: 'register' }, basic(client_id, client_secret))
    const attempt = () =>
      post('register', {
        headers: { 'content-type': 'application/json', authorization: `Bearer ${issued.body.access_token}` },
        body: JSON.stringify(MACHINE),
      })
    expect((await attempt()).status).toBe(201)
    as.forget('another')
    expect((await attempt()).status).toBe(201)
    as.forget(client_id)
    expect((await attempt()).status).toBe(401)
    expect((await token(GRANT, basic(client_id, client_secret))).body).toEqual(FAILED)
  })
})
