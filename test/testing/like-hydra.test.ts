import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

const ISSUER = 'https://hydra.example.com'
const REGISTER = `${ISSUER}/oauth2/register`
const NOW = '2026-07-24T10:20:30Z'
const LATER = '2026-07-24T10:20:40Z'
const WEB = { redirect_uris: ['https://app.example/cb'] }

const REFUSED = {
  error: 'The request could not be authorized',
  error_description: 'The requested OAuth 2.0 client does not exist or you provided incorrect credentials.',
}
const METADATA =
  "The value of one of the Client Metadata fields is invalid and the server has rejected this request. Note that an Authorization Server MAY choose to substitute a valid value for any requested parameter of a Client's Metadata."

let now = Date.parse(NOW)

function start(options: ReferenceServerOptions = {}) {
  now = Date.parse(NOW) + 400
  const as = referenceServer({ like: 'hydra', issuer: ISSUER, now: () => now, ...options })
  network.use(...as.handlers)
  return as
}

async function call(method: string, url: string, token?: string, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: token.includes(' ') ? token : `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined }
}

const register = (metadata: unknown, token?: string) => call('POST', REGISTER, token, metadata)

async function registered(metadata: object = WEB) {
  const { body } = await register(metadata)
  return { client: body, uri: body.registration_client_uri, token: body.registration_access_token }
}

const LIFESPANS = Object.fromEntries(
  [
    ...['access_token', 'id_token', 'refresh_token'].map((kind) => `authorization_code_grant_${kind}`),
    'client_credentials_grant_access_token',
    'implicit_grant_access_token',
    'implicit_grant_id_token',
    'jwt_bearer_grant_access_token',
    ...['id_token', 'access_token', 'refresh_token'].map((kind) => `refresh_token_grant_${kind}`),
    ...['id_token', 'access_token', 'refresh_token'].map((kind) => `device_authorization_grant_${kind}`),
  ].map((name) => [`${name}_lifespan`, null]),
)

/** What every answer about a client says that asked for nothing but redirect URIs. */
const UNSET = {
  ...LIFESPANS,
  client_name: '',
  owner: '',
  policy_uri: '',
  tos_uri: '',
  client_uri: '',
  logo_uri: '',
  audience: [],
  allowed_cors_origins: [],
  jwks: {},
  scope: 'offline_access offline openid',
  subject_type: 'public',
  token_endpoint_auth_method: 'client_secret_basic',
  userinfo_signed_response_alg: 'none',
  client_secret_expires_at: 0,
  skip_consent: false,
  skip_logout_consent: null,
}
const NULLS = { grant_types: null, response_types: null, contacts: null }
const EMPTIES = { grant_types: [], response_types: [], contacts: [] }

describe('discovery', () => {
  test('advertises no registration endpoint', async () => {
    const as = start()
    const { body } = await call('GET', `${ISSUER}/.well-known/openid-configuration`)
    expect(body).toEqual(as.metadata)
    expect(body).not.toHaveProperty('registration_endpoint')
    expect(body).toMatchObject({ issuer: ISSUER, token_endpoint: `${ISSUER}/oauth2/token` })
    const other = await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)
    expect(other.status).toBe(404)
  })

  test('unless the operator wrote one down, rightly or wrongly', async () => {
    start({ metadata: { registration_endpoint: `${ISSUER}/clients` } })
    const { body } = await call('GET', `${ISSUER}/.well-known/openid-configuration`)
    expect(body.registration_endpoint).toBe(`${ISSUER}/clients`)
  })
})

describe('registration', () => {
  test('answers with every member, set or not', async () => {
    const as = start()
    const { status, headers, body } = await register(WEB)
    const { client_id, client_secret, registration_access_token, ...rest } = body
    expect(status).toBe(201)
    expect(client_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(client_secret).not.toBe('')
    expect(registration_access_token).toMatch(/^ory_at_./)
    expect(rest).toEqual({
      ...UNSET,
      ...NULLS,
      ...WEB,
      metadata: {},
      created_at: NOW,
      updated_at: NOW,
      registration_client_uri: `${REGISTER}/${client_id}`,
    })
    expect(headers.get('location')).toBe(`admin/clients/${client_id}`)
    expect(as.clients.get(client_id)).toMatchObject({
      client_id,
      client_secret,
      registration_access_token,
      redirect_uris: WEB.redirect_uris,
    })
  })

  test('wants nothing: no redirect URIs, no content type, any Authorization', async () => {
    start()
    const response = await fetch(REGISTER, {
      method: 'POST',
      headers: { authorization: 'Whatever', 'content-type': 'text/plain' },
      body: '{}',
    })
    expect(response.status).toBe(201)
    expect((await response.json()).redirect_uris).toBeNull()
    expect((await register('null', 'not-a-token')).status).toBe(201)
  })

  test('without an initial access token, even where one is asked for', async () => {
    start({ registration: 'protected' })
    expect((await register(WEB)).status).toBe(201)
  })

  test('drops what it does not know, null, and an identifier', async () => {
    start()
    const { status, body } = await register({
      ...WEB,
      client_id: 'mine',
      client_secret: '',
      application_type: 'native',
      software_id: '4NRB1-0XZABZI9E6-5SM3R',
      software_version: '1',
      software_statement: 'a.b.c',
      default_max_age: 60,
      id_token_signed_response_alg: 'RS256',
      'client_name#fr': 'Mon app',
      client_name: null,
      contacts: null,
      created_at: '2001-01-01T00:00:00Z',
      client_secret_expires_at: 99,
    })
    expect(status).toBe(201)
    const { client_id, client_secret, registration_access_token, registration_client_uri, ...rest } = body
    expect(client_id).not.toBe('mine')
    expect(rest).toEqual({
      ...UNSET,
      ...NULLS,
      ...WEB,
      metadata: {},
      created_at: NOW,
      updated_at: NOW,
    })
  })

  test('keeps what it knows', async () => {
    start()
    const metadata = {
      redirect_uris: ['http://localhost:3000/cb', 'com.example.app:/cb', '/relative'],
      grant_types: ['client_credentials'],
      response_types: [],
      contacts: ['a@app.example'],
      client_name: 'App',
      owner: 'me',
      scope: 'b a',
      audience: ['https://api.example'],
      allowed_cors_origins: ['https://app.example'],
      jwks_uri: 'https://app.example/jwks',
      policy_uri: 'https://app.example/policy',
      tos_uri: 'http://app.example/tos',
      client_uri: 'https://app.example',
      logo_uri: 'https://app.example/logo',
      sector_identifier_uri: 'https://app.example/sector',
      token_endpoint_auth_signing_alg: 'ES256',
      request_object_signing_alg: 'ES256',
      backchannel_logout_uri: 'https://app.example/back',
      post_logout_redirect_uris: ['http://localhost:3000/bye'],
      request_uris: ['https://app.example/request'],
      frontchannel_logout_uri: 'https://app.example/out',
      frontchannel_logout_session_required: true,
      backchannel_logout_session_required: false,
      token_endpoint_auth_method: 'client_secret_post',
      userinfo_signed_response_alg: 'RS256',
      skip_consent: false,
      skip_logout_consent: false,
    }
    const { client, uri, token } = await registered(metadata)
    const { backchannel_logout_session_required, ...shown } = metadata
    for (const body of [client, (await call('GET', uri, token)).body]) {
      expect(body).toMatchObject(shown)
      expect(body).not.toHaveProperty('backchannel_logout_session_required')
      expect(body).not.toHaveProperty('client_id_issued_at')
      expect(body.jwks).toEqual({})
    }
  })

  test('a public client has no secret, one with a key has', async () => {
    start()
    const open = await register({ ...WEB, token_endpoint_auth_method: 'none' })
    expect(open.body).not.toHaveProperty('client_secret')
    expect(open.body.client_secret_expires_at).toBe(0)
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' }] }
    const { body } = await register({ ...WEB, token_endpoint_auth_method: 'private_key_jwt', jwks })
    expect(body.client_secret).toEqual(expect.any(String))
    expect(body.jwks).toEqual(jwks)
  })

  test('an identifier is escaped in the URI and in Location', async () => {
    start({ generate: (kind) => `${kind}/ü` })
    const { headers, body } = await register(WEB)
    expect(body.registration_client_uri).toBe(`${REGISTER}/client_id%2F%C3%BC`)
    expect(headers.get('location')).toBe('admin/clients/client_id%2F%C3%BC')
    expect((await call('GET', body.registration_client_uri, 'ory_at_x')).status).toBe(401)
  })
})

describe('durations', () => {
  const name = 'client_credentials_grant_access_token_lifespan'

  test.each([
    ['1h30m', '1h30m0s'],
    ['90m', '1h30m0s'],
    ['3600s', '1h0m0s'],
    ['1m', '1m0s'],
    ['0.5h1.5s', '30m1.5s'],
    ['1500ms', '1.5s'],
    ['1.5ms', '1.5ms'],
    ['2us', '2µs'],
    ['7ns', '7ns'],
    ['0h', '0s'],
  ])('%s is answered as %s', async (asked, answered) => {
    start()
    const { client, uri, token } = await registered({ ...WEB, [name]: asked })
    expect(client[name]).toBe(answered)
    expect((await call('GET', uri, token)).body[name]).toBe(answered)
  })

  test.each([['1 h'], [''], ['1d'], [3600]])('%j cannot be decoded', async (asked) => {
    start()
    const { status, body } = await register({ ...WEB, [name]: asked })
    expect([status, body.error]).toEqual([400, 'The request was malformed or contained invalid parameters'])
  })
})

describe('refusals of a registration and of an update', () => {
  const malformed = 'The request was malformed or contained invalid parameters'
  const strategy = 'It is not allowed to choose your own access token strategy.'
  const noMetadata = `${METADATA} 'metadata' cannot be set for dynamic client registration`
  const redirect = 'The value of one or more redirect_uris is invalid.'
  const cases: [object, string, string][] = [
    [{ metadata: {} }, 'invalid_client_metadata', noMetadata],
    [{ metadata: null }, 'invalid_client_metadata', noMetadata],
    [{ access_token_strategy: 'jwt' }, malformed, strategy],
    [
      { skip_consent: true },
      'invalid_request',
      "'skip_consent' cannot be set for dynamic client registration",
    ],
    [
      { skip_logout_consent: true },
      'invalid_request',
      "'skip_logout_consent' cannot be set for dynamic client registration",
    ],
    [
      { token_endpoint_auth_method: 'private_key_jwt', jwks: {} },
      'invalid_client_metadata',
      `${METADATA} When token_endpoint_auth_method is 'private_key_jwt', either jwks or jwks_uri must be set.`,
    ],
    [
      { jwks: { keys: [] }, jwks_uri: 'https://app.example/jwks' },
      'invalid_client_metadata',
      `${METADATA} Fields jwks and jwks_uri can not both be set, you must choose one.`,
    ],
    [{ jwks: { keys: [{}] } }, 'invalid_client_metadata', `${METADATA} Invalid JSON web key in set.`],
    [
      { tos_uri: 'ftp://app.example' },
      'invalid_client_metadata',
      `${METADATA} tos_uri ftp://app.example must use https:// or http:// as HTTP scheme.`,
    ],
    [{ client_uri: 'app' }, 'invalid_client_metadata', `${METADATA} Field client_uri must be a valid URI.`],
    [
      { allowed_cors_origins: ['https://app.example/path'] },
      'invalid_client_metadata',
      `${METADATA} Origin URL https://app.example/path must have an empty path, query, and fragment but one of the parts is not empty.`,
    ],
    [
      { allowed_cors_origins: ['https://me:pw@app.example'] },
      'invalid_client_metadata',
      `${METADATA} Origin URL https://me:pw@app.example has HTTP user and/or password set which is not allowed.`,
    ],
    [
      { allowed_cors_origins: ['app'] },
      'invalid_client_metadata',
      `${METADATA} Origin URL app must use https:// or http:// as HTTP scheme.`,
    ],
    [
      { userinfo_signed_response_alg: 'ES256' },
      'invalid_client_metadata',
      `${METADATA} Field userinfo_signed_response_alg can either be 'none' or 'RS256'.`,
    ],
    [
      { subject_type: 'pairwise' },
      'invalid_client_metadata',
      `${METADATA} Subject type pairwise is not supported by server, only [public] are allowed.`,
    ],
    [
      { redirect_uris: ['https://app.example/#a'] },
      'invalid_redirect_uri',
      `${redirect} Redirect URIs must not contain fragments (#).`,
    ],
    [{ redirect_uris: ['app'] }, 'invalid_redirect_uri', `${redirect} Unable to parse redirect URL: app`],
    [
      { ...WEB, post_logout_redirect_uris: ['https://other.example'] },
      'invalid_client_metadata',
      `${METADATA} post_logout_redirect_uri 'https://other.example' must match the domain, port, scheme of at least one of the registered redirect URIs but did not`,
    ],
    [
      { ...WEB, post_logout_redirect_uris: ['bye'] },
      'invalid_client_metadata',
      `${METADATA} Unable to parse post_logout_redirect_uri: bye`,
    ],
  ]

  test.each(cases)('%j: %s', async (metadata, error, error_description) => {
    const as = start()
    const refused = await register(metadata)
    expect([refused.status, refused.body]).toEqual([400, { error, error_description }])
    expect(as.clients.size).toBe(0)

    const { client, uri, token } = await registered()
    const update = await call('PUT', uri, token, metadata)
    expect([update.status, update.body]).toEqual([400, { error, error_description }])
    // A failed update leaves the token as it was.
    expect((await call('GET', uri, token)).body.client_id).toBe(client.client_id)
  })

  test('a secret of its own: 400 on POST, 403 on PUT', async () => {
    start()
    const error_description = 'It is not allowed to choose your own OAuth2 Client secret.'
    const refused = await register({ ...WEB, client_secret: 'own' })
    expect([refused.status, refused.body]).toEqual([400, { error: malformed, error_description }])
    const { client, uri, token } = await registered()
    const update = await call('PUT', uri, token, { ...WEB, client_secret: client.client_secret })
    expect(update.status).toBe(403)
    expect(update.body).toEqual({ error: 'The requested action was forbidden', error_description })
  })

  test.each([
    ['{'],
    [''],
    ['[]'],
    ['1'],
    [{ jwks: [] }],
    [{ jwks: 'x' }],
    [{ created_at: 'yesterday' }],
    [{ updated_at: 1 }],
    [{ skip_consent: 'true' }],
    [{ client_secret_expires_at: '0' }],
    [{ client_name: 1 }],
    [{ contacts: 'a' }],
    [{ scope: ['a'] }],
  ])('a body that is no client: %j', async (body) => {
    start()
    const refused = await register(body)
    expect([refused.status, refused.body]).toEqual([
      400,
      { error: malformed, error_description: expect.stringContaining('Unable to decode the request body') },
    ])
    const { uri, token } = await registered()
    const update = await call('PUT', uri, token, body)
    expect([update.status, update.body]).toEqual([
      400,
      { error: malformed, error_description: 'Unable to decode the request body. Is it valid JSON?' },
    ])
  })
})

describe('management', () => {
  test('a read: [] for null, and no secret, no token, no URI, no metadata', async () => {
    start()
    const { client, uri, token } = await registered()
    now += 10_000
    const { status, headers, body } = await call('GET', uri, token)
    expect(status).toBe(200)
    expect(headers.get('location')).toBeNull()
    expect(body).toEqual({
      ...UNSET,
      ...EMPTIES,
      ...WEB,
      client_id: client.client_id,
      created_at: NOW,
      updated_at: NOW,
    })
  })

  test('an update replaces everything, and hands out a new token', async () => {
    const as = start()
    const { client, uri, token } = await registered({
      ...WEB,
      client_name: 'App',
      token_endpoint_auth_method: 'client_secret_post',
    })
    now += 10_000
    const { status, body } = await call('PUT', uri, token, { redirect_uris: ['https://app.example/new'] })
    expect(status).toBe(200)
    expect(body).toEqual({
      ...UNSET,
      ...NULLS,
      redirect_uris: ['https://app.example/new'],
      client_id: client.client_id,
      metadata: {},
      created_at: LATER,
      updated_at: LATER,
      registration_access_token: expect.stringMatching(/^ory_at_/),
    })
    expect(body.registration_access_token).not.toBe(token)
    expect((await call('GET', uri, token)).status).toBe(401)
    const read = await call('GET', uri, body.registration_access_token)
    expect(read.body).toMatchObject({ ...EMPTIES, created_at: NOW, updated_at: LATER })
    expect(as.clients.get(client.client_id)?.client_secret).toBe(client.client_secret)
  })

  test('an update echoes the URI and the date it was sent, true or not', async () => {
    start()
    const { client, uri, token } = await registered()
    const { body } = await call('PUT', uri, token, {
      ...WEB,
      client_id: 'another',
      registration_client_uri: 'https://elsewhere.example',
      registration_access_token: 'mine',
      created_at: '2001-01-01T00:00:00Z',
    })
    expect(body).toMatchObject({
      client_id: client.client_id,
      registration_client_uri: 'https://elsewhere.example',
      created_at: '2001-01-01T00:00:00Z',
    })
    expect(body.registration_access_token).not.toBe('mine')
  })

  test('an answer changed and sent back fails twice', async () => {
    start()
    const { client, uri, token } = await registered()
    const first = await call('PUT', uri, token, client)
    const { client_secret, ...withoutSecret } = client
    const second = await call('PUT', uri, token, withoutSecret)
    const { metadata, ...good } = withoutSecret
    expect([first.status, second.status]).toEqual([403, 400])
    expect((await call('PUT', uri, token, good)).status).toBe(200)
  })

  test('a deletion', async () => {
    const as = start()
    const { uri, token } = await registered()
    const { status, body } = await call('DELETE', uri, token)
    expect([status, body, as.clients.size]).toEqual([204, undefined, 0])
    const again = await call('DELETE', uri, token)
    expect([again.status, again.body]).toEqual([401, REFUSED])
  })

  test('the token may come without its prefix, in any case, or in the query', async () => {
    start()
    const { uri, token } = await registered()
    const bare = token.slice('ory_at_'.length)
    const asked = [
      call('GET', uri, bare),
      call('GET', uri, `bEARER ${token}`),
      call('GET', `${uri}?access_token=${token}`),
    ]
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200)
  })

  test.each(['GET', 'PUT', 'DELETE'])(
    '%s: 401 for every wrong token and every wrong client',
    async (method) => {
      start()
      const { uri, token } = await registered()
      const other = await registered()
      const body = method === 'PUT' ? WEB : undefined
      const refusals = [
        await call(method, uri, undefined, body),
        await call(method, uri, 'wrong', body),
        await call(method, uri, other.token, body),
        await call(method, `${REGISTER}/unknown`, token, body),
        await call(method, uri, `Basic ${btoa('a:b')}`, body),
      ]
      for (const { status, headers, body } of refusals) {
        expect([status, body]).toEqual([401, REFUSED])
        expect(headers.get('www-authenticate')).toBeNull()
      }
      // A token tried in the wrong place is not lost.
      expect((await call('GET', other.uri, other.token)).status).toBe(200)
    },
  )
})

test('where clients cannot be managed, neither token nor credentials help', async () => {
  for (const manageWith of [['registration_access_token'], ['client_secret']] as const) {
    const as = start({ management: 'none', manageWith })
    const { client } = await registered()
    expect(client).not.toHaveProperty('registration_access_token')
    expect(client).not.toHaveProperty('registration_client_uri')
    const basic = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
    expect((await call('GET', `${REGISTER}/${client.client_id}`, basic)).status).toBe(401)
    expect(as.clients.size).toBe(1)
  }
})

test.each([['POST'], ['GET'], ['PUT'], ['DELETE']])('switched off, %s answers 404', async (method) => {
  start({ registration: 'disabled' })
  const url = method === 'POST' ? REGISTER : `${REGISTER}/any`
  const { status, body } = await call(method, url, undefined, method === 'GET' ? undefined : WEB)
  expect(status).toBe(404)
  expect(body).toEqual({
    error: 'The requested resource could not be found',
    error_description: 'Dynamic registration is not enabled.',
  })
})

describe("by the client's own credentials, as the documentation has it", () => {
  const options: ReferenceServerOptions = { manageWith: ['client_secret'] }
  const basic = (id: string, secret: string) => `Basic ${btoa(`${id}:${secret}`)}`
  const query = (id: string, secret: string) =>
    `?${new URLSearchParams({ client_id: id, client_secret: secret })}`

  test('client_secret_basic: in the Authorization header', async () => {
    const as = start(options)
    const { client, uri } = await registered()
    expect(client).not.toHaveProperty('registration_access_token')
    const authorization = basic(client.client_id, client.client_secret)
    expect((await call('GET', uri, authorization)).body.client_id).toBe(client.client_id)
    const updated = await call('PUT', uri, authorization, { ...WEB, client_name: 'New' })
    expect([updated.status, updated.body.client_name]).toEqual([200, 'New'])
    expect(updated.body).not.toHaveProperty('registration_access_token')
    expect((await call('DELETE', uri, authorization)).status).toBe(204)
    expect(as.clients.size).toBe(0)
  })

  test('client_secret_post: in the query', async () => {
    start(options)
    const { client, uri } = await registered({ ...WEB, token_endpoint_auth_method: 'client_secret_post' })
    const search = query(client.client_id, client.client_secret)
    expect((await call('GET', uri + search)).body.client_id).toBe(client.client_id)
    expect((await call('DELETE', uri + search)).status).toBe(204)
  })

  test('wrong ones, and those of another method: 401', async () => {
    start(options)
    const { client, uri } = await registered()
    const refusals = [
      await call('GET', uri, basic(client.client_id, 'wrong')),
      await call('GET', uri, basic('other', client.client_secret)),
      await call('GET', uri + query(client.client_id, client.client_secret)),
      await call('GET', uri, 'Bearer token'),
      await call('GET', uri),
    ]
    for (const { status, body } of refusals) expect([status, body]).toEqual([401, REFUSED])
  })
})

test('tokens are issued at /oauth2/token, to those who registered and to those who were there', async () => {
  start({ tokenClients: [{ client_id: 'early', client_secret: 's' }] })
  const { client } = await registered({ grant_types: ['client_credentials'] })
  const ask = (id: string, secret: string) =>
    fetch(`${ISSUER}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'openid' }),
    })
  for (const response of [await ask(client.client_id, client.client_secret), await ask('early', 's')]) {
    expect(response.status).toBe(200)
    expect((await response.json()).access_token).toMatch(/^ory_at_/)
  }
  const refused = await ask('early', 'wrong')
  expect([refused.status, (await refused.json()).error]).toEqual([401, 'invalid_client'])
  expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /)
})

test('faults, requests, forget and reset work as ever', async () => {
  const as = start()
  as.fault('update', { apply: true, network: 'error' })
  const { client, uri, token } = await registered()
  await expect(call('PUT', uri, token, WEB)).rejects.toThrow(TypeError)
  expect((await call('GET', uri, token)).status).toBe(401)
  expect(as.requests.map(({ operation, status }) => [operation, status])).toEqual([
    ['register', 201],
    ['update', undefined],
    ['read', 401],
  ])
  as.forget(client.client_id)
  expect(as.clients.size).toBe(0)
  await registered()
  as.reset()
  expect([as.clients.size, as.requests.length]).toEqual([0, 0])
})
