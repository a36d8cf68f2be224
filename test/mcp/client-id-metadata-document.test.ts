import { describe, expect, test } from 'vitest'
import type { ClientMetadata, DcrError } from '../../src/index.js'
import {
  clientIdMetadataDocument,
  lintClientIdMetadataDocument,
} from '../../src/mcp/client-id-metadata-document.js'

const url = 'https://app.example.com/oauth/client.json'
const good = {
  client_id: url,
  client_name: 'App',
  redirect_uris: [
    'https://app.example.com/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:8080/cb',
    'http://localhost:3000/cb',
  ],
  token_endpoint_auth_method: 'none',
}
const publicKey = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'one' }

/** What is found in the good document with these members in place of its own, as `severity member`. */
function found(changes: object, at = url): string[] {
  return lintClientIdMetadataDocument(at, { ...good, client_id: at, ...changes }).map(shown)
}
const shown = ({ severity, member = '' }: { severity: string; member?: string }) =>
  `${severity} ${member}`.trim()

describe('a document that is as it should be', () => {
  test.each<[string, object]>([
    ['of a public client', {}],
    [
      'of a client with a key',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } },
    ],
    [
      'with keys elsewhere',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://keys.example.com/jwks' },
    ],
    ['without redirects, of a machine', { grant_types: ['client_credentials'], redirect_uris: undefined }],
    ['in two languages', { 'client_name#ja-Jpan-JP': 'アプリ' }],
  ])('%s', (_name, changes) => {
    expect(found(changes)).toEqual([])
  })
})

describe('its URL', () => {
  test.each<[string, ...string[]]>([
    ['not a url', 'error client_id'],
    ['http://app.example.com/client.json', 'error client_id'],
    ['https://app.example.com', 'error client_id'],
    ['https://app.example.com/', 'error client_id'],
    ['https://app.example.com?a=b', 'error client_id', 'warning client_id'],
    ['https://app.example.com/client.json#one', 'error client_id'],
    ['https://app.example.com/client.json#', 'error client_id'],
    ['https://user:word@app.example.com/client.json', 'error client_id'],
    ['https://app.example.com/a/../client.json', 'error client_id', 'warning client_id'],
    ['https://app.example.com/a/%2E/client.json', 'error client_id', 'warning client_id'],
    ['https://app.example.com/a/..', 'error client_id', 'warning client_id'],
    ['https://app.example.com/client.json?v=1', 'warning client_id'],
    ['https://APP.example.com/client.json', 'warning client_id'],
    ['https://app.example.com:443/client.json', 'warning client_id'],
    ['https://app.example.com/client document.json', 'error client_id', 'warning client_id'],
    ['https://app.example.com/client\u200b.json', 'error client_id', 'warning client_id'],
    ['https://@app.example.com/client.json', 'error client_id', 'warning client_id'],
    ['https:///app.example.com/client.json', 'error client_id'],
    ['https:/app.example.com/client.json', 'error client_id'],
    ['https://127.0.0.1/client.json', 'warning client_id'],
    // What only looks like a dot segment.
    ['https://app.example.com/...'],
    ['https://app.example.com:8443/.well-known/client'],
  ])('%s', (at, ...expected) => {
    expect(found({ redirect_uris: ['http://127.0.0.1/cb'] }, at)).toEqual(expected)
  })

  test('is compared with client_id character by character', () => {
    expect(found({ client_id: `${url}/` })).toEqual(['error client_id'])
    expect(found({ client_id: undefined })).toEqual(['error client_id'])
  })
})

describe('its members', () => {
  test.each<[string, object, ...string[]]>([
    ['no name', { client_name: '' }, 'error client_name'],
    ['a name that is no text', { client_name: 7 }, 'error client_name', 'error client_name'],
    ['a slip of the pen', { redirect_uri: 'https://app.example.com/cb' }, 'warning redirect_uri'],
    ['a name with characters nobody sees', { 'na\u202eme': 1 }, 'warning na\\u{202e}me'],
    ['a list that is none', { contacts: 'team@example.com' }, 'error contacts'],
    ['no redirect URIs', { redirect_uris: undefined }, 'error redirect_uris'],
    ['an empty list of them', { redirect_uris: [] }, 'error redirect_uris'],
    ['one that is no text', { redirect_uris: [1] }, 'error redirect_uris'],
    ['one that is relative', { redirect_uris: ['/cb'] }, 'error redirect_uris[0]'],
    ['one that runs', { redirect_uris: ['javascript:alert(1)'] }, 'error redirect_uris[0]'],
    ['one with a fragment', { redirect_uris: ['https://app.example.com/cb#a'] }, 'error redirect_uris[0]'],
    ['one with a password', { redirect_uris: ['https://a:b@app.example.com/cb'] }, 'error redirect_uris[0]'],
    ['one that is http', { redirect_uris: ['http://app.example.com/cb'] }, 'error redirect_uris[0]'],
    [
      'one of another origin',
      { redirect_uris: ['https://other.example.com/cb'] },
      'warning redirect_uris[0]',
    ],
    [
      'one of an app',
      { redirect_uris: ['com.example.app:/cb'], application_type: 'native' },
      'warning redirect_uris[0]',
    ],
    [
      'one of an app that is called a web page',
      { redirect_uris: ['com.example.app:/cb'] },
      'error redirect_uris[0]',
      'warning redirect_uris[0]',
    ],
    ['a link that is http', { client_uri: 'http://app.example.com' }, 'error client_uri'],
    ['a link that is none, in a language', { 'logo_uri#de': 'logo' }, 'error logo_uri#de'],
  ])('%s', (_name, changes, ...expected) => {
    expect(found(changes)).toEqual(expected)
  })
})

describe('how the client can prove who it is', () => {
  test.each<[string, object, ...string[]]>([
    ['a secret', { client_secret: 'a-secret-of-nobody' }, 'error client_secret'],
    ['when a secret expires', { client_secret_expires_at: 0 }, 'error client_secret_expires_at'],
    [
      'a registration access token',
      { registration_access_token: 'a-token-of-nobody' },
      'error registration_access_token',
    ],
    [
      'client_secret_basic',
      { token_endpoint_auth_method: 'client_secret_basic' },
      'error token_endpoint_auth_method',
    ],
    [
      'client_secret_post',
      { token_endpoint_auth_method: 'client_secret_post' },
      'error token_endpoint_auth_method',
    ],
    [
      'client_secret_jwt',
      { token_endpoint_auth_method: 'client_secret_jwt' },
      'error token_endpoint_auth_method',
    ],
    ['nothing said', { token_endpoint_auth_method: undefined }, 'error token_endpoint_auth_method'],
    [
      'a key that is missing',
      { token_endpoint_auth_method: 'private_key_jwt' },
      'error token_endpoint_auth_method',
    ],
    [
      'keys in two places',
      { jwks: { keys: [publicKey] }, jwks_uri: 'https://app.example.com/jwks' },
      'error jwks_uri',
    ],
    ['keys by http', { jwks_uri: 'http://app.example.com/jwks' }, 'error jwks_uri'],
    ['no keys', { jwks: { keys: [] } }, 'error jwks'],
    ['a key that is none', { jwks: { keys: ['a'] } }, 'error jwks'],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((member): [string, object, string] => [
      `a key with ${member}`,
      { jwks: { keys: [publicKey, { ...publicKey, [member]: 'private' }] } },
      'error jwks.keys[1]',
    ]),
  ])('%s', (_name, changes, ...expected) => {
    expect(found(changes)).toEqual(expected)
  })

  test('is never shown', () => {
    const secrets = { client_secret: 'never-shown-secret', registration_access_token: 'never-shown-token' }
    const keys = { jwks: { keys: [{ ...publicKey, d: 'never-shown-key' }] } }
    expect(JSON.stringify(lintClientIdMetadataDocument(url, { ...good, ...secrets, ...keys }))).not.toContain(
      'never',
    )
  })
})

describe('the document as a whole', () => {
  test.each([undefined, null, 'text', 7, [], () => {}])('is no object: %s', (document) => {
    expect(lintClientIdMetadataDocument(url, document).map(shown)).toEqual(['error'])
  })

  test('cannot be written as JSON', () => {
    const cycle: Record<string, unknown> = { ...good }
    cycle.self = cycle
    expect(lintClientIdMetadataDocument(url, cycle).map(shown)).toEqual(['error'])
  })

  test('is as large as servers read, and a byte larger', () => {
    const padding = 5000 - JSON.stringify({ ...good, client_name: '' }).length
    expect(found({ client_name: 'x'.repeat(padding) })).toEqual([])
    expect(found({ client_name: 'x'.repeat(padding + 1) })).toEqual(['error'])
    // Bytes, not characters.
    expect(found({ client_name: `${'x'.repeat(padding - 1)}é` })).toEqual(['error'])
  })
})

describe('building', () => {
  const metadata = { client_name: 'App', redirect_uris: ['https://app.example.com/cb'] }

  test('makes a document of a URL and metadata', () => {
    expect(clientIdMetadataDocument(new URL(url), metadata)).toEqual({
      ...metadata,
      client_id: url,
      token_endpoint_auth_method: 'none',
    })
  })

  test('keeps the method that is asked for', () => {
    const method = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } }
    expect(clientIdMetadataDocument(url, { ...metadata, ...method })).toMatchObject(method)
  })

  test.each<[string, ClientMetadata, RegExp]>([
    [
      'no name and a secret method',
      { token_endpoint_auth_method: 'client_secret_post' },
      /client_name:.*token_endpoint_auth_method:/,
    ],
    [
      'what a server gives',
      { ...metadata, client_secret: 'a-secret-of-nobody' } as ClientMetadata,
      /without client_secret/,
    ],
    [
      'another client_id',
      { ...metadata, client_id: 'https://b.example/c' } as ClientMetadata,
      /without client_id/,
    ],
  ])('refuses %s', (_name, given, message) => {
    const refused = () => clientIdMetadataDocument(url, given)
    expect(refused).toThrow(message)
    expect(refused).toThrow(
      expect.objectContaining({ code: 'invalid_argument', outcome: 'not_sent' } satisfies Partial<DcrError>),
    )
  })
})
