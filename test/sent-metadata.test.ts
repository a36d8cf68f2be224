import { describe, expect, test } from 'vitest'
import { type ClientMetadata, DcrClient } from '../src/index.js'
import { startScripted } from './servers/scripted.js'

const REDIRECT = 'https://app.example.com/cb'
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzb2Z0d2FyZV9pZCI6IngifQ.c2lnbmF0dXJl'
const KEYS = { keys: [{ kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ', kid: 'k1' }] }

/** What reaches the server of some metadata, and which members there was a doubt about. */
async function send(metadata: Record<string, unknown>) {
  const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
  const doubts: string[] = []
  const dcr = new DcrClient(server.metadata, {
    allowInsecureRequests: true,
    onWarning: ({ code, member }) => void doubts.push(code === 'questionable_metadata' ? `${member}` : code),
  })
  await dcr.register(metadata as ClientMetadata)
  expect(server.requests).toHaveLength(1)
  const [request] = server.requests
  expect(request).toMatchObject({ method: 'POST', url: '/register' })
  expect(request?.headers).toMatchObject({ 'content-type': 'application/json', accept: 'application/json' })
  return { body: request?.body, doubts }
}

describe('what is for the server to judge is sent, with a warning', () => {
  const rows: [name: string, metadata: Record<string, unknown>, doubts: string[]][] = [
    [
      'redirects without a grant that redirects',
      { grant_types: ['client_credentials'], redirect_uris: ['https://tmp.com'] },
      ['redirect_uris'],
    ],
    ['nothing at all', {}, ['redirect_uris']],
    ['a grant that redirects, to nowhere', { grant_types: ['authorization_code'] }, ['redirect_uris']],
    [
      'a response type without its grant',
      { grant_types: ['client_credentials'], response_types: ['code'] },
      ['response_types'],
    ],
    [
      'offline_access without refresh_token',
      { redirect_uris: [REDIRECT], scope: 'openid offline_access' },
      ['grant_types'],
    ],
    ['an http redirect', { redirect_uris: ['http://app.example.com/cb'] }, ['redirect_uris']],
    ['a loopback redirect of a web app', { redirect_uris: ['http://127.0.0.1/cb'] }, ['application_type']],
    ['a custom scheme of a web app', { redirect_uris: ['com.example.app:/cb'] }, ['application_type']],
    ['keys by http', { redirect_uris: [REDIRECT], jwks_uri: 'http://app.example.com/jwks' }, ['jwks_uri']],
  ]
  for (const [name, metadata, expected] of rows) {
    test(name, async () => {
      const { body, doubts } = await send(metadata)
      expect(body).toBe(JSON.stringify(metadata))
      expect(doubts).toEqual(expected)
    })
  }
})

describe('what is right is sent as it is, without a warning', () => {
  const web = { redirect_uris: [REDIRECT] }
  const rows: [name: string, metadata: Record<string, unknown>][] = [
    ['one redirect', web],
    [
      'redirects with a query, a port, an upper-case scheme, a name of other letters',
      {
        redirect_uris: [
          `${REDIRECT}?a=1&b=%20`,
          'https://app.example.com:8443/',
          'HTTPS://APP.example/cb',
          'https://bücher.example/',
        ],
      },
    ],
    [
      'a native app',
      {
        redirect_uris: [
          'com.example.app:/cb',
          'myapp://cb',
          'urn:ietf:wg:oauth:2.0:oob',
          'http://127.0.0.1/cb',
          'http://127.0.0.1:49152/cb',
          'http://[::1]:49152/cb',
          'http://localhost/cb',
        ],
        application_type: 'native',
        token_endpoint_auth_method: 'none',
      },
    ],
    [
      'a machine',
      { grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'register a:b.c' },
    ],
    ['a device', { grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] }],
    [
      'other languages',
      {
        ...web,
        client_name: 'App',
        'client_name#ja-Jpan-JP': 'クライアント名',
        'client_uri#de': 'https://de.example/',
      },
    ],
    [
      'members of its own',
      { ...web, x_tier: { gold: [1, true, null] }, audience: ['a'], skip_consent: true, metadata: {} },
    ],
    ['a method of its own', { ...web, token_endpoint_auth_method: 'x_hardware_token' }],
    ['keys', { ...web, jwks: KEYS, token_endpoint_auth_method: 'private_key_jwt' }],
    [
      'keys elsewhere',
      { ...web, jwks_uri: 'https://app.example.com/jwks', token_endpoint_auth_method: 'private_key_jwt' },
    ],
    [
      'keys in a software statement',
      { ...web, software_statement: JWT, token_endpoint_auth_method: 'private_key_jwt' },
    ],
    [
      'a certificate',
      {
        ...web,
        token_endpoint_auth_method: 'tls_client_auth',
        tls_client_auth_san_uri: 'spiffe://example/app',
      },
    ],
  ]
  for (const [name, metadata] of rows) {
    test(name, async () => {
      const { body, doubts } = await send(metadata)
      expect(body).toBe(JSON.stringify(metadata))
      expect(doubts).toEqual([])
    })
  }

  test('what is unset is not sent', async () => {
    const unset = { client_name: null, logo_uri: '', tos_uri: undefined, client_secret: undefined }
    expect((await send({ ...web, ...unset })).body).toBe(JSON.stringify(web))
  })

  test('what is checked is what is sent, however often a getter is asked', async () => {
    let asked = 0
    const metadata = {
      get redirect_uris() {
        asked++
        return [asked === 1 ? REDIRECT : 'javascript:alert(1)']
      },
    }
    expect((await send(metadata)).body).toBe(JSON.stringify(web))
    expect(asked).toBe(1)
  })

  test('the metadata of the caller is left alone', async () => {
    const metadata = Object.freeze({ redirect_uris: Object.freeze([REDIRECT]), logo_uri: '' })
    await send(metadata)
    expect(metadata).toEqual({ redirect_uris: [REDIRECT], logo_uri: '' })
  })
})
