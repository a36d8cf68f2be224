import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

const ISSUER = 'https://as.example.com'
const NOW = 1_700_000_000
const SECRET = 'a shared secret of more than 32 bytes'

type Sign = (data: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>
interface Signer {
  readonly alg: string
  readonly jwk: JsonWebKey
  readonly sign: Sign
}

async function keyPair(
  alg: string,
  generate: EcKeyGenParams | RsaHashedKeyGenParams | 'Ed25519',
  use?: object,
) {
  const { publicKey, privateKey } = (await crypto.subtle.generateKey(generate, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
  const sign: Sign = (data) =>
    crypto.subtle.sign({ name: privateKey.algorithm.name, ...use }, privateKey, data)
  const { alg: _, ...exported } = await crypto.subtle.exportKey('jwk', publicKey)
  const jwk = { ...exported, kid: alg }
  return { alg, jwk, sign } satisfies Signer
}

function rsa(name: string): RsaHashedKeyGenParams {
  return { name, hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
}

async function hmac(alg: string, hash: string, secret: string): Promise<Signer> {
  const raw = new TextEncoder().encode(secret)
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash }, false, ['sign'])
  return { alg, jwk: {}, sign: (data) => crypto.subtle.sign('HMAC', key, data) }
}

const es256 = await keyPair('ES256', { name: 'ECDSA', namedCurve: 'P-256' }, { hash: 'SHA-256' })
const rs256 = await keyPair('RS256', rsa('RSASSA-PKCS1-v1_5'))
const ps256 = await keyPair('PS256', rsa('RSA-PSS'), { saltLength: 32 })
const ed25519 = await keyPair('Ed25519', 'Ed25519')
const hs256 = await hmac('HS256', 'SHA-256', SECRET)
const hs384 = await hmac('HS384', 'SHA-384', SECRET)

const privateKeyClient = { token_endpoint_auth_method: 'private_key_jwt' }
const OPTIONS: ReferenceServerOptions = {
  now: () => NOW * 1000,
  tokenClients: [
    { client_id: 'hs', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_jwt' },
    { client_id: 'pk', ...privateKeyClient, jwks: { keys: [es256.jwk, rs256.jwk, ps256.jwk, ed25519.jwk] } },
    { client_id: 'alg', ...privateKeyClient, jwks: { keys: [{ ...es256.jwk, alg: 'ES384' }] } },
    { client_id: 'enc', ...privateKeyClient, jwks: { keys: [{ ...es256.jwk, use: 'enc' }] } },
    { client_id: 'basic', client_secret: SECRET },
  ],
}

function base64url(data: string | ArrayBuffer): string {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data)
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

async function assertion(signer: Signer, id: string, claims: object = {}, header: object = {}) {
  const payload = { iss: id, sub: id, aud: ISSUER, exp: NOW + 60, jti: crypto.randomUUID(), ...claims }
  const signed = [{ alg: signer.alg, ...header }, payload]
    .map((part) => base64url(JSON.stringify(part)))
    .join('.')
  return `${signed}.${base64url(await signer.sign(new TextEncoder().encode(signed)))}`
}

async function token(client_assertion: string, more: Record<string, string> = {}, options = OPTIONS) {
  const as = referenceServer(options)
  network.use(...as.handlers)
  return send(client_assertion, more)
}

async function send(client_assertion: string, more: Record<string, string> = {}) {
  const response = await fetch(`${ISSUER}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
      ...more,
    }),
  })
  return { status: response.status, body: await response.json() }
}

describe('an assertion is good', () => {
  test.each<[string, Signer, string, object, object]>([
    ['signed with a shared secret', hs256, 'hs', {}, {}],
    ['ES256', es256, 'pk', {}, {}],
    ['RS256', rs256, 'pk', {}, {}],
    ['PS256', ps256, 'pk', {}, {}],
    ['Ed25519', ed25519, 'pk', {}, {}],
    ['EdDSA', ed25519, 'pk', {}, { alg: 'EdDSA' }],
    ['with the right kid', es256, 'pk', {}, { kid: 'ES256' }],
    ['for the token endpoint', es256, 'pk', { aud: `${ISSUER}/token` }, {}],
    ['for one of several', es256, 'pk', { aud: ['https://other.example', ISSUER] }, {}],
    ['expired within the tolerance', es256, 'pk', { exp: NOW - 14 }, {}],
    ['not before soon', es256, 'pk', { nbf: NOW + 15 }, {}],
  ])('%s', async (_, signer, id, claims, header) => {
    const { status, body } = await token(await assertion(signer, id, claims, header))
    expect([status, body.token_type]).toEqual([200, 'Bearer'])
  })
})

describe('an assertion fails', () => {
  test.each<[string, Signer, string, object, object]>([
    ['expired', es256, 'pk', { exp: NOW - 15 }, {}],
    ['without exp', es256, 'pk', { exp: undefined }, {}],
    ['not yet valid', es256, 'pk', { nbf: NOW + 16 }, {}],
    ['without jti', es256, 'pk', { jti: undefined }, {}],
    ['with an empty jti', es256, 'pk', { jti: '' }, {}],
    ['of another issuer', es256, 'pk', { iss: 'other' }, {}],
    ['without iss', es256, 'pk', { iss: undefined }, {}],
    ['without sub', es256, 'pk', { sub: undefined }, {}],
    ['for another audience', es256, 'pk', { aud: 'https://other.example' }, {}],
    ['without aud', es256, 'pk', { aud: undefined }, {}],
    ['with a key for another algorithm', es256, 'alg', {}, {}],
    ['with a key for encryption', es256, 'enc', {}, {}],
    ['with another kid', es256, 'pk', {}, { kid: 'RS256' }],
    ['signed with another key', { ...es256, sign: ed25519.sign }, 'pk', {}, {}],
    ['with the algorithm none', es256, 'pk', {}, { alg: 'none' }],
    ['with an algorithm the server does not support', hs384, 'hs', {}, {}],
    ['symmetric, for a client with keys', hs256, 'pk', {}, {}],
    ['asymmetric, for a client with a secret', es256, 'hs', {}, {}],
    ['for a client of another method', hs256, 'basic', {}, {}],
    ['for an unknown client', es256, 'ghost', {}, {}],
  ])('%s: 401 invalid_client', async (_, signer, id, claims, header) => {
    const { status, body } = await token(await assertion(signer, id, claims, header))
    expect(status).toBe(401)
    expect(body).toEqual({ error: 'invalid_client', error_description: 'client authentication failed' })
  })

  test('with a changed payload', async () => {
    const [header, , signature] = (await assertion(es256, 'pk')).split('.')
    const [, payload] = (await assertion(es256, 'pk')).split('.')
    expect((await token(`${header}.${payload}.${signature}`)).status).toBe(401)
  })

  test('the second time, also at another server only once each', async () => {
    const value = await assertion(es256, 'pk')
    expect((await token(value)).status).toBe(200)
    expect((await send(value)).status).toBe(401)
    expect((await token(value)).status).toBe(200)
  })

  test('the second time, until the server is reset', async () => {
    const as = referenceServer(OPTIONS)
    network.use(...as.handlers)
    const value = await assertion(es256, 'pk')
    expect([(await send(value)).status, (await send(value)).status]).toEqual([200, 401])
    as.reset()
    expect((await send(value)).status).toBe(200)
  })

  test('with an algorithm from the prototype, where the server names none it supports', async () => {
    const metadata = { token_endpoint_auth_signing_alg_values_supported: undefined }
    const good = await token(await assertion(es256, 'pk'), {}, { ...OPTIONS, metadata })
    expect(good.status).toBe(200)
    expect((await send(await assertion(es256, 'pk', {}, { alg: 'constructor' }))).status).toBe(401)
  })

  test('and a failed one uses up no jti', async () => {
    const jti = 'one'
    expect((await token(await assertion({ ...es256, sign: rs256.sign }, 'pk', { jti }))).status).toBe(401)
    expect((await send(await assertion(es256, 'pk', { jti }))).status).toBe(200)
  })

  test.each([['abc'], ['a.b'], ['a.b.c'], [`${base64url('{}')}.${base64url('1')}.`]])(
    '%s: invalid_request',
    async (value) => {
      const { status, body } = await token(value)
      expect(status).toBe(400)
      expect(body).toEqual({ error: 'invalid_request', error_description: 'invalid client_assertion format' })
    },
  )

  test.each([
    [{ client_assertion_type: '' }, 'client_assertion_type must be provided'],
    [
      { client_assertion_type: 'jwt' },
      'client_assertion_type must have value urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    ],
    [{ client_id: 'hs' }, 'client_id mismatch'],
  ])('beside %j: invalid_request', async (more, error_description) => {
    const { status, body } = await token(await assertion(es256, 'pk'), more)
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'invalid_request', error_description })
  })
})

describe('a registered client', () => {
  const MACHINE = { grant_types: ['client_credentials'], response_types: [], ...privateKeyClient }

  async function register(metadata: object, options = OPTIONS) {
    network.use(...referenceServer(options).handlers)
    const response = await fetch(`${ISSUER}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metadata),
    })
    return response.json()
  }

  test('with its keys in the registration', async () => {
    const { client_id } = await register({ ...MACHINE, jwks: { keys: [es256.jwk] } })
    expect((await send(await assertion(es256, client_id))).status).toBe(200)
    expect((await send(await assertion(rs256, client_id))).status).toBe(401)
  })

  test('with its keys at a jwks_uri, which is asked each time', async () => {
    const { client_id } = await register({ ...MACHINE, jwks_uri: 'https://app.example/jwks' })
    const keys = (answer: object, status = 200) =>
      network.use(http.get('https://app.example/jwks', () => HttpResponse.json(answer, { status })))
    keys({ keys: [es256.jwk] })
    expect((await send(await assertion(es256, client_id))).status).toBe(200)
    keys({ keys: [rs256.jwk] })
    expect((await send(await assertion(es256, client_id))).status).toBe(401)
    keys({ keys: [es256.jwk] }, 500)
    expect((await send(await assertion(es256, client_id))).status).toBe(401)
    keys({ keys: 'none' })
    expect((await send(await assertion(es256, client_id))).status).toBe(401)
  })

  test('is held to the algorithm it registered', async () => {
    const keys = { jwks: { keys: [es256.jwk, rs256.jwk] } }
    const { client_id } = await register({ ...MACHINE, ...keys, token_endpoint_auth_signing_alg: 'RS256' })
    expect((await send(await assertion(rs256, client_id))).status).toBe(200)
    expect((await send(await assertion(es256, client_id))).status).toBe(401)
  })

  test('with a secret that expires', async () => {
    let now = NOW * 1000
    const method = { token_endpoint_auth_method: 'client_secret_jwt' }
    const options = { now: () => now, secretLifetime: 60 }
    const { client_id, client_secret } = await register({ ...MACHINE, ...method }, options)
    const signer = await hmac('HS256', 'SHA-256', client_secret)
    expect((await send(await assertion(signer, client_id, { exp: NOW + 3600 }))).status).toBe(200)
    now += 60_000
    expect((await send(await assertion(signer, client_id, { exp: NOW + 3600 }))).status).toBe(401)
  })
})
