import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AuthorizationServerMetadata,
  type ClientInformation,
  type ClientMetadata,
  memoryStore,
  privateKeyJwt,
  Registrar,
} from '../src/index.js'
import { argumentsOf, type HandOverOptions } from '../src/oauth4webapi/index.js'
import { type RunningProvider, startProvider } from './servers/oidc-provider.js'
import { type Received, startScripted } from './servers/scripted.js'
import { openSignedIn } from './servers/signed-in-user.js'

const redirectUri = 'https://app.example.com/cb'
const insecure = { allowInsecureRequests: true }

describe('a login at a real provider', () => {
  let provider: RunningProvider
  beforeAll(async () => {
    provider = await startProvider()
  })
  afterAll(() => provider.close())

  const register = (metadata: ClientMetadata) =>
    new Registrar({ store: memoryStore(), ...insecure }).ensure(provider.issuer, {
      redirect_uris: [redirectUri],
      ...metadata,
    })

  async function logIn(registered: Awaited<ReturnType<typeof register>>, given: HandOverOptions = insecure) {
    const { as, client, clientAuth, options } = argumentsOf(registered, given)
    const verifier = oauth.generateRandomCodeVerifier()
    const url = new URL(`${as.authorization_endpoint}`)
    url.search = `${new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })}`
    const back = oauth.validateAuthResponse(
      as,
      client,
      await openSignedIn(provider.provider, url),
      oauth.expectNoState,
    )
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      clientAuth,
      back,
      redirectUri,
      verifier,
      options,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(as, response, options)
    return oauth.getValidatedIdTokenClaims(tokens)
  }

  test.each(['none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt'])(
    'with %s',
    async (method) => {
      expect(await logIn(await register({ token_endpoint_auth_method: method }))).toMatchObject({
        sub: 'user',
      })
    },
  )

  test('with private_key_jwt', async () => {
    const { privateKey, publicKey } = (await crypto.subtle.generateKey('Ed25519', true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    const { kty = '', crv = '', x = '' } = await crypto.subtle.exportKey('jwk', publicKey)
    const registered = await register({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ kty, crv, x, kid: 'one', use: 'sig', alg: 'EdDSA' }] },
    })
    const authentication = privateKeyJwt(registered.client, { key: privateKey, kid: 'one' })
    expect(await logIn(registered, { ...insecure, authentication })).toMatchObject({ sub: 'user' })
  })
})

describe('what real servers answer, and the library would not take', () => {
  const server: AuthorizationServerMetadata = {
    issuer: 'https://as.example.com',
    token_endpoint: 'https://as.example.com/token',
    userinfo_endpoint: 'https://as.example.com/userinfo',
  }
  const client: ClientInformation = { client_id: 'the-client', client_secret: 'the-secret-of-the-client' }
  const userInfo = (arguments_: ReturnType<typeof argumentsOf>, subject: string) =>
    oauth.processUserInfoResponse(arguments_.as, arguments_.client, subject, Response.json({ sub: 'user' }))

  test('answers that are not signed, said with "none"', async () => {
    const unsigned = { ...client, userinfo_signed_response_alg: 'none' }
    expect(await userInfo(argumentsOf({ server, client: unsigned }), 'user')).toMatchObject({ sub: 'user' })
    const raw = oauth.processUserInfoResponse(
      server as never,
      unsigned as never,
      'user',
      Response.json({ sub: 'user' }),
    )
    await expect(raw, 'this can go when the library takes it').rejects.toThrow(
      'JWT UserInfo Response expected',
    )
  })

  test('null for what is not set', () => {
    const nulls = { id_token_signed_response_alg: null, default_max_age: null, jwks: {}, scope: '' }
    const given = argumentsOf({
      server: { ...server, ...({ jwks_uri: null, mtls_endpoint_aliases: null } as object) },
      client: { ...client, ...(nulls as object) },
    })
    expect(given.as).toEqual(server)
    expect(given.client).toEqual({ client_id: 'the-client' })
  })

  test('an age that is switched off', () => {
    const off = { ...client, default_max_age: 1, default_max_age_enabled: false }
    expect(argumentsOf({ server, client: off }).client).not.toHaveProperty('default_max_age')
    const on = { ...client, default_max_age: 1 }
    expect(argumentsOf({ server, client: on }).client).toHaveProperty('default_max_age', 1)
  })

  test('what is asked for stays', () => {
    const asked = {
      require_auth_time: false,
      id_token_signed_response_alg: 'ES256',
      use_mtls_endpoint_aliases: true,
    }
    expect(argumentsOf({ server, client: { ...client, ...asked } }).client).toEqual({
      client_id: 'the-client',
      ...asked,
    })
  })
})

describe('how the client authenticates', () => {
  const secret = { client_secret: 'the secret: of the client' }

  /** What the token endpoint is sent by a client of this kind. */
  async function sent(client: object, metadata: object = {}, given: HandOverOptions = {}): Promise<Received> {
    const as = await startScripted({ body: { access_token: 'an-access-token', token_type: 'bearer' } })
    const registered = {
      server: { ...as.metadata, ...metadata },
      client: { client_id: 'the client', ...client },
    }
    const handed = argumentsOf(registered, { ...insecure, ...given })
    await oauth.clientCredentialsGrantRequest(handed.as, handed.client, handed.clientAuth, {}, handed.options)
    return as.requests[0] as Received
  }
  const basic = `Basic ${btoa('the+client:the+secret%3A+of+the+client')}`

  test.each<[string, object, object, boolean]>([
    ['a secret, and nothing said', secret, {}, true],
    ['a secret, and null said', secret, { token_endpoint_auth_methods_supported: null }, true],
    [
      'a secret, at a server that takes both',
      secret,
      { token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'] },
      true,
    ],
    [
      'a secret, at a server that takes it in the form',
      secret,
      { token_endpoint_auth_methods_supported: ['client_secret_post'] },
      false,
    ],
    [
      'a secret, at a server that names neither',
      secret,
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      true,
    ],
    [
      'a method that is said',
      { ...secret, token_endpoint_auth_method: 'client_secret_post' },
      { token_endpoint_auth_methods_supported: ['client_secret_basic'] },
      false,
    ],
  ])('%s', async (_name, client, metadata, isBasic) => {
    const { headers, body } = await sent(client, metadata)
    expect(headers.authorization).toBe(isBasic ? basic : undefined)
    expect(new URLSearchParams(body).has('client_secret')).toBe(!isBasic)
  })

  test.each<[string, object]>([
    ['no secret', {}],
    ['a secret that is not to be used', { ...secret, token_endpoint_auth_method: 'none' }],
    ['a certificate', { token_endpoint_auth_method: 'tls_client_auth' }],
    ['a certificate of its own', { token_endpoint_auth_method: 'self_signed_tls_client_auth' }],
  ])('%s', async (_name, client) => {
    const { headers, body } = await sent(client)
    expect(headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'the client',
    })
  })

  test.each([
    ['HS256', undefined],
    ['HS384', 'HS384'],
    ['HS512', 'HS512'],
  ])('an assertion of %s', async (algorithm, registered) => {
    const method = {
      token_endpoint_auth_method: 'client_secret_jwt',
      token_endpoint_auth_signing_alg: registered,
    }
    const { body } = await sent({ ...secret, ...method })
    const [header = ''] = `${new URLSearchParams(body).get('client_assertion')}`.split('.')
    expect(JSON.parse(atob(header))).toMatchObject({ alg: algorithm })
  })

  test('in a way of your own', async () => {
    const { headers } = await sent(
      { token_endpoint_auth_method: 'urn:example:mine' },
      {},
      { authentication: () => 'Mine 1' },
    )
    expect(headers.authorization).toBe('Mine 1')
  })

  test.each<[string, object, object]>([
    [
      'missing_credential',
      { token_endpoint_auth_method: 'private_key_jwt' },
      /private_key_jwt: pass options\.authentication, privateKeyJwt\(client, key\)/,
    ],
    [
      'missing_credential',
      { token_endpoint_auth_method: 'urn:example:\u202emine' },
      /for urn:example:\\u\{202e\}mine: pass/,
    ],
    ['invalid_argument', { token_endpoint_auth_method: 'client_secret_basic' }, /client_secret must be/],
  ])('%s', async (code, client, message) => {
    await expect(sent(client)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message as RegExp),
    })
  })
})

test('nothing is sent by http to another machine', async () => {
  const server = { issuer: 'http://as.example.com', token_endpoint: 'http://as.example.com/token' }
  for (const given of [{}, insecure]) {
    const { as, client, clientAuth, options } = argumentsOf({ server, client: { client_id: 'a' } }, given)
    await expect(oauth.clientCredentialsGrantRequest(as, client, clientAuth, {}, options)).rejects.toThrow(
      /http/i,
    )
  }
})

test.each<[string, unknown, unknown]>([
  ['nothing', undefined, {}],
  ['a promise of it', Promise.resolve({}), {}],
  [
    'an issuer in place of its metadata',
    { server: 'https://as.example.com', client: { client_id: 'a' } },
    {},
  ],
  ['a client that has no identifier', { server: { issuer: 'https://as.example.com' }, client: {} }, {}],
  [
    'an identifier with a line break',
    { server: { issuer: 'https://as.example.com' }, client: { client_id: 'a\n' } },
    {},
  ],
  [
    'a key in place of what signs with it',
    { server: { issuer: 'https://as.example.com' }, client: { client_id: 'a' } },
    { authentication: {} },
  ],
  [
    'a fetch that is none',
    { server: { issuer: 'https://as.example.com' }, client: { client_id: 'a' } },
    { fetch: 'fetch' },
  ],
])('refuses %s', (_name, registered, options) => {
  const refused = () => argumentsOf(registered as never, options as never)
  expect(refused).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(/^argumentsOf: /) }),
  )
})
