import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

const ORIGIN = 'https://ids.example.com'
const ISSUER = `${ORIGIN}/master`
const REGISTER = `${ISSUER}/register`
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const WEB = { redirect_uris: ['https://app.example/cb'] }
const MACHINE = { grant_types: ['client_credentials'] }
const REGISTRAR = { client_id: 'registerClient', client_secret: 'password' }

let now = 0

function start(options: ReferenceServerOptions = {}) {
  now = Date.parse('2023-06-12T19:24:24.072Z')
  const as = referenceServer({
    like: 'simpleidserver',
    issuer: ISSUER,
    now: () => now,
    tokenClients: [REGISTRAR],
    ...options,
  })
  network.use(...as.handlers)
  return as
}

async function call(method: string, url: string, authorization?: string, body?: unknown) {
  const form = body instanceof URLSearchParams
  const response = await fetch(url, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && !form && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: form || typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = response.headers.get('content-type')?.startsWith('application/json')
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json ? JSON.parse(text) : undefined,
  }
}

async function token(parameters: Record<string, string>, authorization?: string) {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'register', ...parameters })
  return call('POST', `${ISSUER}/token`, authorization, form)
}

async function register(metadata: unknown = WEB) {
  const { body } = await token(REGISTRAR)
  return call('POST', REGISTER, `Bearer ${body.access_token}`, metadata)
}

async function registered(metadata?: unknown) {
  const { body } = await register(metadata)
  return {
    client: body,
    uri: `${REGISTER}/${body.client_id}`,
    authorization: `Bearer ${body.registration_access_token}`,
  }
}

/** The sample of the documentation, for what it does not take from the request. */
const FILLED_IN = {
  token_endpoint_auth_method: 'client_secret_post',
  response_types: ['code'],
  contacts: [],
  update_datetime: '2023-06-12T19:24:24.0727511Z',
  create_datetime: '2023-06-12T19:24:24.0726061Z',
  client_id_issued_at: 1686597864,
  token_expiration_time_seconds: 1800,
  refresh_token_expiration_time_seconds: 1800,
  jwks: { keys: [] },
  token_signed_response_alg: 'RS256',
  token_encrypted_response_alg: 'RSA1_5',
  token_encrypted_response_enc: 'A128CBC-HS256',
  post_logout_redirect_uris: [],
  preferred_token_profile: 'Bearer',
  subject_type: 'public',
  id_token_signed_response_alg: 'RS256',
  backchannel_user_code_parameter: false,
  frontchannel_logout_session_required: false,
  backchannel_logout_session_required: false,
  tls_client_certificate_bound_access_token: false,
  application_type: 'web',
  require_auth_time: false,
  authorization_signed_response_alg: 'RS256',
  authorization_data_types: [],
  is_consent_disabled: false,
  default_acr_values: [],
}

describe('discovery', () => {
  test('under the realm, in both documents', async () => {
    const as = start()
    for (const name of ['openid-configuration', 'oauth-authorization-server']) {
      const { status, body } = await call('GET', `${ISSUER}/.well-known/${name}`)
      expect([status, body]).toEqual([200, as.metadata])
      expect((await call('GET', `${ORIGIN}/.well-known/${name}/master`)).status).toBe(404)
    }
    expect(as.metadata).toMatchObject({
      issuer: ISSUER,
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: REGISTER,
    })
    expect(as.metadata.token_endpoint_auth_methods_supported).not.toContain('none')
  })

  test('without a realm, at the root', async () => {
    start({ issuer: ORIGIN })
    expect((await call('GET', `${ORIGIN}/.well-known/oauth-authorization-server`)).status).toBe(200)
    expect((await call('GET', `${ORIGIN}/.well-known/openid-configuration`)).body.registration_endpoint).toBe(
      `${ORIGIN}/register`,
    )
  })
})

describe('the token endpoint', () => {
  const basic = (pair: string) => `Basic ${btoa(pair)}`
  const BASIC = {
    client_id: 'b',
    client_secret: 'a%2Bb c',
    token_endpoint_auth_method: 'client_secret_basic',
  }
  const options: ReferenceServerOptions = {
    tokenClients: [REGISTRAR, BASIC, { client_id: 'narrow', client_secret: 's', scope: 'openid' }],
  }

  test('issues a token for the scope register', async () => {
    start()
    const { status, headers, body } = await token(REGISTRAR)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      access_token: expect.stringMatching(GUID),
      token_type: 'Bearer',
      expires_in: 1800,
      scope: 'register',
    })
  })

  test('Basic: identifier and secret as they are', async () => {
    start(options)
    expect((await token({}, basic('b:a%2Bb c'))).status).toBe(200)
    const encoded = `b:${encodeURIComponent('a%2Bb c')}`
    expect((await token({}, basic(encoded))).body.error_description).toBe('bad client credential')
  })

  test.each<[string, Record<string, string>, string | undefined, string, string]>([
    ['no scope', { ...REGISTRAR, scope: '' }, undefined, 'invalid_request', 'missing parameter scope'],
    ['another grant', { ...REGISTRAR, grant_type: 'x' }, undefined, 'invalid_grant', 'bad grant type'],
    ['nobody', {}, undefined, 'invalid_client', 'missing client_id'],
    ['a stranger', { client_id: 'x', client_secret: 's' }, undefined, 'invalid_client', 'unknown client x'],
    [
      'a wrong secret',
      { ...REGISTRAR, client_secret: 'x' },
      undefined,
      'invalid_client',
      'bad client credential',
    ],
    ['Basic for post', {}, basic('registerClient:password'), 'invalid_client', 'bad client credential'],
    [
      'post for Basic',
      { client_id: 'b', client_secret: 'a%2Bb c' },
      undefined,
      'invalid_client',
      'bad client credential',
    ],
    ['two colons', {}, basic('b:a%2Bb:c'), 'invalid_client', 'missing client_id'],
    ['basic in small letters', {}, `basic ${btoa('b:a%2Bb c')}`, 'invalid_client', 'missing client_id'],
    ['no base64', {}, 'Basic !', 'invalid_client', 'missing client_id'],
    [
      'a scope that is not its own',
      { client_id: 'narrow', client_secret: 's' },
      undefined,
      'invalid_scope',
      'unauthorized to scopes : register',
    ],
    [
      'a broken assertion',
      { client_assertion: 'x' },
      undefined,
      'invalid_request',
      'invalid client_assertion format',
    ],
  ])('%s: 400', async (_, parameters, authorization, error, error_description) => {
    start(options)
    const { status, headers, body } = await token(parameters, authorization)
    expect([status, body]).toEqual([400, { error, error_description }])
    expect(headers.get('www-authenticate')).toBeNull()
  })

  test('a client that signs, as it registered', async () => {
    start()
    const { client_id, client_secret } = (
      await registered({ ...MACHINE, scope: 'openid', token_endpoint_auth_method: 'client_secret_jwt' })
    ).client
    const encode = (text: string) => new TextEncoder().encode(text)
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', encode(client_secret), algorithm, false, ['sign'])
    const claims = { iss: client_id, sub: client_id, aud: ISSUER, jti: '1', exp: now / 1000 + 60 }
    const signed = [{ alg: 'HS256' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const signature = Buffer.from(await crypto.subtle.sign('HMAC', key, encode(signed)))
    const assertion = {
      scope: 'openid',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${signed}.${signature.toString('base64url')}`,
    }
    expect((await token(assertion)).status).toBe(200)
    const again = await token(assertion)
    expect([again.status, again.body.error_description]).toEqual([400, 'bad client credential'])
    expect((await token({ client_id, client_secret, scope: 'openid' })).body.error).toBe('invalid_client')
  })

  test('a registered client, if it registered for it', async () => {
    start()
    const { client } = await registered({ ...MACHINE, scope: 'openid' })
    const { client_id, client_secret } = client
    expect((await token({ client_id, client_secret, scope: 'openid' })).status).toBe(200)
    const web = (await registered({ ...WEB, scope: 'openid' })).client
    const refused = await token({
      client_id: web.client_id,
      client_secret: web.client_secret,
      scope: 'openid',
    })
    expect(refused.body).toEqual({
      error: 'invalid_client',
      error_description: 'grant type client_credentials is not supported by the client',
    })
  })
})

describe('who may register', () => {
  const invalid = {
    error: 'invalid_token',
    error_description: 'either the access token has been revoked or is invalid',
  }
  const denied = {
    error: 'request_denied',
    error_description: "you're not authorized to access to the permissions endpoint",
  }
  const missing = { error: 'access_denied', error_description: 'missing token' }

  test.each([
    [undefined, missing],
    ['Basic YTpi', missing],
    ['Bearer unknown', invalid],
    [
      `Bearer ${btoa('{}')}.e30.x`,
      { error: 'invalid_request', error_description: 'the token was not issued by this server' },
    ],
    ['Bearer a.b.c', invalid],
  ])('%s: 400', async (authorization, body) => {
    const as = start()
    const refused = await call('POST', REGISTER, authorization, WEB)
    expect([refused.status, refused.body]).toEqual([400, body])
    expect(refused.headers.get('www-authenticate')).toBeNull()
    expect(as.clients.size).toBe(0)
  })

  test.each(['openid', 'openid register'])('with the scope %s: 400', async (scope) => {
    start()
    const { body } = await token({ ...REGISTRAR, scope })
    const refused = await call('POST', REGISTER, `Bearer ${body.access_token}`, WEB)
    expect([refused.status, refused.body]).toEqual([400, denied])
  })

  test('with an expired token: 400', async () => {
    start()
    const { body } = await token(REGISTRAR)
    now += 1_800_000
    const refused = await call('POST', REGISTER, `Bearer ${body.access_token}`, WEB)
    expect([refused.status, refused.body]).toEqual([400, invalid])
  })

  test('with a token from elsewhere, or where anyone may, as before 3.0.4', async () => {
    const as = start({ singleUse: true, administratorTokens: ['root'] })
    const authorization = `Bearer ${as.issueInitialAccessToken()}`
    expect((await call('POST', REGISTER, authorization, WEB)).status).toBe(201)
    expect((await call('POST', REGISTER, authorization, WEB)).body).toEqual(invalid)
    expect((await call('POST', REGISTER, 'Bearer root', WEB)).status).toBe(201)
    start({ registration: 'open' })
    expect((await call('POST', REGISTER, undefined, WEB)).status).toBe(201)
  })
})

describe('registration', () => {
  test('the request of the documentation is answered as there', async () => {
    const as = start()
    const request = { ...MACHINE, scope: 'openid profile', redirect_uris: ['https://tmp.com'] }
    const { status, body } = await register(request)
    expect(status).toBe(201)
    expect(body).toEqual({
      ...FILLED_IN,
      ...request,
      scope: 'profile openid',
      client_id: expect.stringMatching(GUID),
      client_secret: expect.stringMatching(GUID),
      registration_access_token: expect.stringMatching(GUID),
      registration_client_uri: `${ORIGIN}/${body.client_id}`,
    })
    expect(as.clients.get(body.client_id)?.registration_client_uri).toBe(`${REGISTER}/${body.client_id}`)
  })

  test('the same on a read, and nothing more after it', async () => {
    start()
    const { client, uri, authorization } = await registered()
    const read = await call('GET', uri, authorization)
    expect([read.status, read.body]).toEqual([200, client])
    expect((await call('GET', uri, authorization)).body).toEqual(client)
  })

  test('a secret expires without a word, and is gone', async () => {
    start({ secretLifetime: 60 })
    const { client, uri, authorization } = await registered()
    expect(client).not.toHaveProperty('client_secret_expires_at')
    now += 60_000
    const { client_secret, ...rest } = client
    expect((await call('GET', uri, authorization)).body).toEqual(rest)
  })

  test('translations are kept, strings it does not know and null are passed over', async () => {
    start()
    const translated = {
      client_name: 'App',
      'client_name#fr': 'Appli',
      'logo_uri#fr': 'https://app.example/fr.png',
    }
    const { status, body } = await register({
      ...WEB,
      ...translated,
      software_id: 'x',
      software_version: '1',
      software_statement: 'a.b.c',
      jwks_uri: 'https://app.example/jwks',
      client_id: 'mine',
      client_secret: 'mine',
      vendor: 'x',
      contacts: null,
      jwks: null,
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ ...translated, contacts: [], jwks: { keys: [] } })
    for (const name of ['software_id', 'software_version', 'software_statement', 'jwks_uri', 'vendor']) {
      expect(body).not.toHaveProperty(name)
    }
    expect(body.client_id).not.toBe('mine')
    expect(body.client_secret).not.toBe('mine')
  })

  test('every member it knows is kept', async () => {
    start()
    const metadata = {
      ...WEB,
      application_type: 'native',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: 'openid',
      token_endpoint_auth_method: 'private_key_jwt',
      token_signed_response_alg: 'ES256',
      token_encrypted_response_alg: 'RSA-OAEP',
      token_encrypted_response_enc: 'A256GCM',
      id_token_signed_response_alg: 'ES256',
      id_token_encrypted_response_alg: 'RSA-OAEP',
      id_token_encrypted_response_enc: 'A256GCM',
      userinfo_signed_response_alg: 'ES256',
      userinfo_encrypted_response_alg: 'RSA-OAEP',
      userinfo_encrypted_response_enc: 'A256GCM',
      request_object_signing_alg: 'ES256',
      request_object_encryption_alg: 'RSA-OAEP',
      request_object_encryption_enc: 'A256GCM',
      authorization_signed_response_alg: 'ES256',
      authorization_encrypted_response_alg: 'RSA-OAEP',
      authorization_encrypted_response_enc: 'A256GCM',
      sector_identifier_uri: 'https://app.example/sector',
      initiate_login_uri: 'https://app.example/login',
      subject_type: 'pairwise',
      backchannel_token_delivery_mode: 'poll',
      backchannel_client_notification_endpoint: 'https://app.example/notify',
      backchannel_authentication_request_signing_alg: 'ES256',
      backchannel_user_code_parameter: true,
      backchannel_logout_uri: 'https://app.example/back',
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: 'https://app.example/front',
      frontchannel_logout_session_required: true,
      credential_offer_endpoint: 'https://app.example/offer',
      default_max_age: 60,
      default_acr_values: ['a'],
      post_logout_redirect_uris: ['https://app.example/bye'],
      authorization_data_types: ['account'],
      require_auth_time: true,
      dpop_bound_access_tokens: true,
      client_name: 'App',
      client_uri: 'https://app.example',
      logo_uri: 'https://app.example/logo',
      tos_uri: 'https://app.example/tos',
      policy_uri: 'https://app.example/policy',
    }
    const { body } = await register(metadata)
    expect(body).toMatchObject(metadata)
    expect(body.client_secret).toMatch(GUID)
  })

  test.each<[unknown]>([
    [{ ...WEB, contacts: ['a@app.example'] }],
    [{ ...WEB, request_uris: [] }],
    [{ ...WEB, jwks: { keys: [] } }],
    [{ ...WEB, vendor: 1 }],
    [{ ...WEB, vendor: false }],
    [{ ...WEB, scope: 1 }],
    [{ ...WEB, require_auth_time: 'true' }],
    [{ redirect_uris: 'https://app.example/cb' }],
    [{ redirect_uris: [1] }],
    ['{'],
    ['[]'],
  ])('%j brings it down: 500, and no JSON', async (metadata) => {
    const as = start()
    const { status, headers, body, text } = await register(metadata)
    expect([status, body, as.clients.size]).toEqual([500, undefined, 0])
    expect(headers.get('content-type')).toMatch(/^text\/plain/)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test.each([
    ['openid unknown profile', 'profile openid'],
    ['unknown', ''],
    ['register  openid', 'openid register'],
  ])('of the scope %j, %j is left', async (scope, granted) => {
    start()
    expect((await register({ ...WEB, scope })).body.scope).toBe(granted)
  })

  const scheme = 'redirect_uri does not contain https scheme'
  test.each<[object, string, string]>([
    [
      { ...WEB, token_endpoint_auth_method: 'none' },
      'invalid_client_metadata',
      'unknown authentication method : none',
    ],
    [{}, 'invalid_client_metadata', 'missing parameter redirect_uris'],
    [{ ...WEB, grant_types: ['x'] }, 'invalid_client_metadata', 'grant types x are not supported'],
    [
      { ...WEB, response_types: ['token'] },
      'invalid_client_metadata',
      'response types token are not supported',
    ],
    [
      { ...WEB, grant_types: ['authorization_code', 'implicit'] },
      'invalid_client_metadata',
      'valid response type must be passed for the grant type implicit',
    ],
    [{ ...WEB, application_type: 'tv' }, 'invalid_client_metadata', 'application type is invalid'],
    [{ ...WEB, subject_type: 'x' }, 'invalid_client_metadata', 'subject_type is invalid'],
    [
      { ...WEB, sector_identifier_uri: 'x' },
      'invalid_client_metadata',
      'sector_identifier_uri is not a valid URI',
    ],
    [
      { ...WEB, initiate_login_uri: 'http://app.example' },
      'invalid_client_metadata',
      "initiate_login_uri doesn't contain https scheme",
    ],
    [{ ...WEB, 'tos_uri#fr': 'x' }, 'invalid_client_metadata', 'tos uri x is not correct'],
    [
      { ...WEB, id_token_encrypted_response_enc: 'A128CBC-HS256' },
      'invalid_client_metadata',
      'missing parameter id_token_encrypted_response_alg',
    ],
    [
      { ...WEB, id_token_signed_response_alg: 'RSA1_5' },
      'invalid_client_metadata',
      'id_token_signed_response_alg is not supported',
    ],
    [
      { ...WEB, userinfo_encrypted_response_alg: 'RS256' },
      'invalid_client_metadata',
      'userinfo_encrypted_response_alg is not supported',
    ],
    [
      { ...WEB, token_encrypted_response_enc: 'A256' },
      'invalid_client_metadata',
      'token_encrypted_response_enc is not supported',
    ],
    [
      { ...WEB, sector_identifier_uri: 'http://app.example' },
      'invalid_client_metadata',
      "sector_identifier_uri doesn't contain https scheme",
    ],
    [{ redirect_uris: ['x'] }, 'invalid_redirect_uri', 'redirect uri x is not correct'],
    [
      { redirect_uris: ['https://app.example/#a'] },
      'invalid_redirect_uri',
      'the redirect_uri cannot contains fragment',
    ],
    [{ redirect_uris: ['http://app.example'] }, 'invalid_redirect_uri', scheme],
    [{ redirect_uris: ['com.example.app:/cb'] }, 'invalid_redirect_uri', scheme],
    [
      { redirect_uris: ['https://localhost/cb'] },
      'invalid_redirect_uri',
      'redirect_uri must not contain localhost',
    ],
  ])('%j: 400', async (metadata, error, error_description) => {
    const as = start()
    const { status, body } = await register(metadata)
    expect([status, body, as.clients.size]).toEqual([400, { error, error_description }, 0])
  })

  test('native clients redirect where they like, machines nowhere', async () => {
    start()
    const redirect_uris = ['http://localhost:3000/cb', 'com.example.app:/cb']
    expect((await register({ application_type: 'native', redirect_uris })).status).toBe(201)
    const machine = await register(MACHINE)
    expect([machine.status, machine.body.redirect_uris]).toEqual([201, []])
    const implicit = { ...WEB, grant_types: ['implicit'], response_types: ['token', 'id_token'] }
    expect((await register(implicit)).body).toMatchObject(implicit)
  })
})

describe('an update', () => {
  test.each([WEB, { ...WEB, client_name: 'New' }, {}, '{'])('of JSON arrives empty: %j', async (body) => {
    start()
    const { client, uri, authorization } = await registered()
    const update = await call('PUT', uri, authorization, body)
    expect(update.status).toBe(400)
    expect(update.body).toEqual({
      error: 'invalid_client_metadata',
      error_description: 'missing parameter redirect_uris',
    })
    expect((await call('GET', uri, authorization)).body).toEqual(client)
  })

  test('as a form replaces everything but the translations', async () => {
    start()
    const { client, uri, authorization } = await registered({
      ...WEB,
      scope: 'openid',
      client_name: 'App',
      default_max_age: 60,
      token_endpoint_auth_method: 'client_secret_basic',
    })
    now += 10_000
    const form = new URLSearchParams([
      ['redirect_uris', 'https://app.example/one'],
      ['redirect_uris', 'https://app.example/two'],
      ['grant_types', 'authorization_code'],
      ['grant_types', 'refresh_token'],
      ['require_auth_time', 'True'],
      ['default_max_age', '30'],
      ['client_name', 'New'],
      ['client_secret', 'mine'],
      ['authorization_signed_response_alg', 'ES256'],
    ])
    const { status, body } = await call('PUT', uri, authorization, form)
    expect(status).toBe(200)
    expect(body).toEqual({
      ...client,
      scope: '',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://app.example/one', 'https://app.example/two'],
      grant_types: ['authorization_code', 'refresh_token'],
      require_auth_time: true,
      default_max_age: 30,
    })
    expect((await call('GET', uri, authorization)).body).toEqual(body)
  })

  test('may stand in the query', async () => {
    start()
    const { uri, authorization } = await registered()
    const query = '?redirect_uris=https%3A%2F%2Fapp.example%2Fnew&scope=openid'
    const { body } = await call('PUT', uri + query, authorization)
    expect(body).toMatchObject({ redirect_uris: ['https://app.example/new'], scope: 'openid' })
  })
})

describe('management', () => {
  test.each(['GET', 'PUT', 'DELETE'])('%s: refused without a body', async (method) => {
    const as = start()
    const { client, uri, authorization } = await registered()
    const other = await registered()
    const refusals = [
      [await call(method, uri), 401],
      [await call(method, uri, 'one two three'), 401],
      [await call(method, uri, 'Bearer two three'), 401],
      [await call(method, `${REGISTER}/unknown`, 'one two three'), 401],
      [await call(method, `${REGISTER}/unknown`, 'Bearer'), 404],
      [await call(method, uri, 'Bearer wrong'), 401],
      [await call(method, uri, other.authorization), 401],
      [await call(method, `${REGISTER}/unknown`), 401],
      [await call(method, `${REGISTER}/unknown`, authorization), 404],
    ] as const
    for (const [{ status, headers, text }, expected] of refusals) {
      expect([status, text]).toEqual([expected, ''])
      expect(headers.get('www-authenticate')).toBeNull()
    }
    expect(as.clients.get(client.client_id)).toBeDefined()
    expect((await call('GET', uri, authorization)).status).toBe(200)
  })

  test('of a header of two parts, the first may say anything', async () => {
    start()
    const { uri, client } = await registered()
    expect((await call('GET', uri, `Basic ${client.registration_access_token}`)).status).toBe(200)
  })

  test('a deletion', async () => {
    const as = start()
    const { uri, authorization } = await registered()
    const { status, text } = await call('DELETE', uri, authorization)
    expect([status, text, as.clients.size]).toEqual([204, '', 0])
    expect((await call('GET', uri, authorization)).status).toBe(404)
  })

  test('the URI it hands out leads nowhere, with or without the client', async () => {
    const as = start()
    const { client, uri, authorization } = await registered()
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, text } = await call(method, client.registration_client_uri, authorization)
      expect([status, text]).toEqual([404, ''])
    }
    await call('DELETE', uri, authorization)
    expect((await call('GET', client.registration_client_uri, authorization)).status).toBe(404)
    expect(as.requests.filter(({ operation }) => operation === undefined)).toHaveLength(4)
  })

  test('so does one with an identifier of its own', async () => {
    start({ generate: (kind) => `${kind}+` })
    const { client } = await registered()
    expect(client.registration_client_uri).toBe(`${ORIGIN}/client_id%2B`)
    expect((await call('GET', client.registration_client_uri)).status).toBe(404)
  })

  test('what else is at the same origin is left alone', async () => {
    network.use(http.get(`${ORIGIN}/api`, () => HttpResponse.text('another handler')))
    const as = start()
    expect((await call('GET', `${ORIGIN}/api`)).text).toBe('another handler')
    expect(as.requests).toEqual([])
  })

  test('switched off, nothing answers', async () => {
    start({ registration: 'disabled' })
    const { status, text } = await call('POST', REGISTER, 'Bearer x', WEB)
    expect([status, text]).toEqual([404, ''])
  })
})

test('faults, requests, forget and reset work as ever', async () => {
  const as = start()
  const { client, uri, authorization } = await registered()
  as.fault('read', { status: 503, headers: { 'retry-after': '1' } })
  expect((await call('GET', uri, authorization)).status).toBe(503)
  as.forget(client.client_id)
  expect((await call('GET', uri, authorization)).status).toBe(404)
  expect(as.requests.map(({ operation, status }) => [operation, status])).toEqual([
    ['token', 200],
    ['register', 201],
    ['read', 503],
    ['read', 404],
  ])
  as.reset()
  expect([as.clients.size, as.requests.length]).toEqual([0, 0])
})
