import { setupServer } from 'msw/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ClientAuthentication,
  type ClientCredentials,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  type DcrError,
  none,
  privateKeyJwt,
  requestToken,
} from '../src/index.js'
import { referenceServer } from '../src/testing/index.js'
import { type RunningProvider, startProvider } from './servers/oidc-provider.js'

/** Characters that form-encoding, Basic or base64 trip over. */
const hostile: Record<string, string> = {
  'a colon': 'a:b::c',
  'a percent sign': '100%25%zz%',
  'a plus': 'a+b++c',
  'a slash': 'a/b//c',
  'a space': 'a b  c ',
  'an equals sign and an ampersand': 'a=b&c=d&client_id=e',
  'quotes and backslashes': '"a"\\\'b',
  'all of ASCII that is visible': Array.from({ length: 95 }, (_, index) =>
    String.fromCharCode(32 + index),
  ).join(''),
  '4 kB': 'x%+/: '.repeat(700),
}
const beyondAscii: Record<string, string> = { 'an umlaut': 'pässwörd', CJK: '秘密の鍵', 'an emoji': '🔑-🗝️' }

const methods = {
  client_secret_basic: (client: ClientCredentials) => clientSecretBasic(client),
  client_secret_post: clientSecretPost,
  client_secret_jwt: (client: ClientCredentials) => clientSecretJwt(client),
} as const

/** What an authentication adds to a request. */
async function added(
  authentication: ClientAuthentication,
): Promise<{ authorization: string | undefined; form: object }> {
  const form = new URLSearchParams()
  const authorization = await authentication({ issuer: 'https://as.example.com' }, form)
  return { authorization, form: Object.fromEntries(form) }
}

describe('what is sent, byte for byte', () => {
  test('none names the client', async () => {
    expect(await added(none({ client_id: 'c1' }))).toEqual({
      authorization: undefined,
      form: { client_id: 'c1' },
    })
  })

  test('client_secret_basic encodes both parts before it joins them', async () => {
    const { authorization, form } = await added(
      clientSecretBasic({ client_id: 'id:1', client_secret: 'a+b/c=: %d é鍵*' }),
    )
    expect(atob(authorization?.slice('Basic '.length) ?? '')).toBe(
      'id%3A1:a%2Bb%2Fc%3D%3A+%25d+%C3%A9%E9%8D%B5*',
    )
    expect(form).toEqual({})
  })

  test.each(Object.entries({ ...hostile, ...beyondAscii }))(
    'client_secret_basic is decoded to what it was: %s',
    async (_name, text) => {
      const { authorization = '' } = await added(
        clientSecretBasic({ client_id: `id${text}`, client_secret: text }),
      )
      expect(authorization).toMatch(/^Basic [\w+/]+={0,2}$/)
      const decoded = atob(authorization.slice('Basic '.length)).split(':')
      expect(decoded.map((part) => new URLSearchParams(`part=${part}`).get('part'))).toEqual([
        `id${text}`,
        text,
      ])
    },
  )

  test('the example of RFC 6749 §2.3.1', async () => {
    const { authorization } = await added(
      clientSecretBasic({ client_id: 's6BhdRkqt3', client_secret: '7Fjfp0ZBr1KtDRbnfVdmIw' }),
    )
    expect(authorization).toBe('Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3')
  })

  test('client_secret_basic, raw, leaves them as they are', async () => {
    const { authorization } = await added(
      clientSecretBasic({ client_id: 'id 1', client_secret: 'a:b+é' }, { encoding: 'raw' }),
    )
    expect(Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64').toString()).toBe('id 1:a:b+é')
  })

  test('client_secret_post puts both into the form', async () => {
    const { authorization, form } = await added(
      clientSecretPost({ client_id: 'c1', client_secret: 'a+b &c' }),
    )
    expect(authorization).toBeUndefined()
    expect(form).toEqual({ client_id: 'c1', client_secret: 'a+b &c' })
  })

  test('an assertion is about the client, for the issuer, for a minute, and never the same twice', async () => {
    const authentication = clientSecretJwt(
      { client_id: 'c1', client_secret: 's'.repeat(64) },
      { algorithm: 'HS512' },
    )
    const earliest = Math.floor(Date.now() / 1000)
    const [first, second] = [await added(authentication), await added(authentication)] as [
      { form: Record<string, string> },
      { form: Record<string, string> },
    ]
    expect(first.form).toMatchObject({
      client_id: 'c1',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const [header, claims] = (first.form.client_assertion ?? '')
      .split('.')
      .map((part, index) => (index < 2 ? JSON.parse(Buffer.from(part, 'base64url').toString()) : part))
    expect(header).toEqual({ alg: 'HS512', typ: 'JWT' })
    expect(claims).toMatchObject({ iss: 'c1', sub: 'c1', aud: 'https://as.example.com' })
    expect(claims.exp - claims.iat).toBe(60)
    expect(claims.iat).toBeGreaterThanOrEqual(earliest)
    expect(claims.iat).toBeLessThanOrEqual(Date.now() / 1000)
    expect(first.form.client_assertion).not.toBe(second.form.client_assertion)
  })

  test('the audience can be another one', async () => {
    const authentication = clientSecretJwt(
      { client_id: 'c1', client_secret: 's' },
      { audience: 'https://as.example.com/token' },
    )
    const { form } = (await added(authentication)) as { form: Record<string, string> }
    expect(
      JSON.parse(Buffer.from((form.client_assertion ?? '').split('.')[1] ?? '', 'base64url').toString()).aud,
    ).toBe('https://as.example.com/token')
  })

  test.each([
    ['ES384', { name: 'ECDSA', namedCurve: 'P-384' }, { name: 'ECDSA', hash: 'SHA-384' }],
    ['ES512', { name: 'ECDSA', namedCurve: 'P-521' }, { name: 'ECDSA', hash: 'SHA-512' }],
    [
      'RS512',
      {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-512',
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
      },
      'RSASSA-PKCS1-v1_5',
    ],
    [
      'PS384',
      { name: 'RSA-PSS', hash: 'SHA-384', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      { name: 'RSA-PSS', saltLength: 48 },
    ],
  ])('private_key_jwt signs with %s', async (alg, algorithm, verification) => {
    const { publicKey, privateKey } = (await crypto.subtle.generateKey(algorithm, false, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    const { form } = (await added(privateKeyJwt({ client_id: 'c1' }, privateKey))) as {
      form: Record<string, string>
    }
    const [header = '', claims = '', signature = ''] = (form.client_assertion ?? '').split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg, typ: 'JWT' })
    const valid = await crypto.subtle.verify(
      verification,
      publicKey,
      Buffer.from(signature, 'base64url'),
      Buffer.from(`${header}.${claims}`),
    )
    expect(valid).toBe(true)
  })
})

describe('hostile characters arrive', () => {
  describe.each(Object.entries(methods))('%s', (method, authenticate) => {
    // RFC 6749 Appendix A wants visible ASCII, and servers hold Basic to it.
    const texts = method === 'client_secret_basic' ? hostile : { ...hostile, ...beyondAscii }
    test.each(Object.entries(texts))('at the reference server: %s', async (_name, text) => {
      const client = { client_id: `id ${text.slice(0, 99)}`, client_secret: text }
      const as = referenceServer({
        tokenClients: [{ ...client, token_endpoint_auth_method: method, scope: 'register' }],
      })
      const network = setupServer(...as.handlers)
      network.listen({ onUnhandledRequest: 'error' })
      try {
        const token = await requestToken(as.metadata as { issuer: string }, authenticate(client), {
          scope: 'register',
        })
        expect(token.scope).toBe('register')
      } finally {
        network.close()
      }
    })
  })

  describe('at a real oidc-provider', () => {
    let running: RunningProvider
    const clients = Object.values(hostile).flatMap((text, index) =>
      Object.keys(methods).map((method) => ({
        client_id: `${index} ${method} ${text.slice(0, 99)}`,
        client_secret: text.padEnd(32, '.'),
        method,
      })),
    )
    beforeAll(async () => {
      running = await startProvider({
        tokenClients: clients.map(({ method, ...client }) => ({
          ...client,
          token_endpoint_auth_method: method as keyof typeof methods,
        })),
      })
    })
    afterAll(() => running.close())

    test.each(
      clients.map((client) => [`${client.method}, ${client.client_secret.slice(0, 24)}`, client] as const),
    )('%s', async (_name, { method, ...client }) => {
      const server = { issuer: running.issuer, token_endpoint: `${running.issuer}/token` }
      const authentication = methods[method as keyof typeof methods](client)
      const token = await requestToken(server, authentication, {
        scope: 'register',
        allowInsecureRequests: true,
      })
      expect(token.scope).toBe('register')
    })
  })
})

describe('refused before anything is sent', () => {
  const refused = (make: () => unknown): DcrError => {
    try {
      make()
    } catch (error) {
      return error as DcrError
    }
    throw new Error('it was taken')
  }
  test.each<[string, string, () => unknown]>([
    ['no client', 'client_id', () => none(undefined as never)],
    ['no client_id', 'client_id', () => clientSecretBasic({ client_secret: 's' } as never)],
    ['an empty client_id', 'client_id', () => clientSecretPost({ client_id: '', client_secret: 's' })],
    ['no client_secret', 'client_secret', () => clientSecretPost({ client_id: 'c' })],
    [
      'a line break in the secret',
      'client_secret',
      () => clientSecretBasic({ client_id: 'c', client_secret: 'CANARY\r\nx: y' }),
    ],
    [
      'NUL in the identifier',
      'client_id',
      () => clientSecretJwt({ client_id: 'CANARY\0', client_secret: 's' }),
    ],
    [
      'a colon, raw',
      'colon',
      () => clientSecretBasic({ client_id: 'CANARY:1', client_secret: 's' }, { encoding: 'raw' }),
    ],
    ['no key', 'key', () => privateKeyJwt({ client_id: 'c' }, undefined as never)],
    ['a key that is a string', 'key', () => privateKeyJwt({ client_id: 'c' }, '-----BEGIN CANARY' as never)],
  ])('%s', (_name, named, make) => {
    const error = refused(make)
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain(named)
    expect(error.message).not.toContain('CANARY')
  })

  test('a public key, and one that may not sign', async () => {
    const { publicKey, privateKey } = await crypto.subtle.generateKey(
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['sign', 'verify'],
    )
    expect(refused(() => privateKeyJwt({ client_id: 'c' }, publicKey))).toMatchObject({
      code: 'invalid_argument',
    })
    const pair = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
      'deriveBits',
    ])) as CryptoKeyPair
    expect(refused(() => privateKeyJwt({ client_id: 'c' }, pair.privateKey))).toMatchObject({
      code: 'invalid_argument',
    })
    expect(privateKeyJwt({ client_id: 'c' }, privateKey)).toBeTypeOf('function')
  })
})
