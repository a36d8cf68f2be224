import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

async function register(metadata: object, options?: ReferenceServerOptions) {
  const as = referenceServer(options)
  network.use(...as.handlers)
  const response = await fetch('https://as.example.com/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })
  return { status: response.status, body: await response.json(), registered: as.clients.size }
}

const URI = 'https://app.example/cb'
const WEB = { redirect_uris: [URI] }
const NATIVE = { application_type: 'native' }
const IMPLICIT = { grant_types: ['implicit'], response_types: ['id_token'] }
const MACHINE = { grant_types: ['client_credentials'], response_types: [] }
const KEY = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'k' }

describe('invalid_redirect_uri', () => {
  const web = 'redirect_uris must only contain web uris'
  const invalid = 'redirect_uris must only contain valid uris'
  const fragment = 'redirect_uris must not contain fragments'

  test.each<[string, object, string]>([
    ['missing', {}, 'redirect_uris is mandatory property'],
    ['null', { redirect_uris: null }, 'redirect_uris is mandatory property'],
    ['empty', { redirect_uris: [] }, 'redirect_uris must contain members'],
    ['a string', { redirect_uris: URI }, 'redirect_uris must be an array'],
    ['null, without response types', { ...MACHINE, redirect_uris: null }, 'redirect_uris must be an array'],
    ['a number in it', { redirect_uris: [1] }, 'redirect_uris must only contain strings'],
    ['an empty string in it', { redirect_uris: [''] }, 'redirect_uris must only contain strings'],
    ['null in it', { redirect_uris: [URI, null] }, 'redirect_uris must only contain strings'],
    ['relative', { redirect_uris: ['/cb'] }, invalid],
    ['second one bad', { redirect_uris: [URI, 'app.example/cb'] }, invalid],
    ['fragment', { redirect_uris: [`${URI}#f`] }, fragment],
    ['empty fragment', { redirect_uris: [`${URI}#`] }, fragment],
    ['web, private-use scheme', { redirect_uris: ['com.example.app:/cb'] }, web],
    ['web, javascript:', { redirect_uris: ['javascript:alert(1)'] }, web],
    ['web, data:', { redirect_uris: ['data:text/html,x'] }, web],
    [
      'web, implicit, http',
      { ...IMPLICIT, redirect_uris: ['http://app.example/cb'] },
      'redirect_uris for web clients using implicit flow MUST only register URLs using the https scheme',
    ],
    [
      'web, implicit, localhost',
      { ...IMPLICIT, redirect_uris: ['https://localhost/cb'] },
      'redirect_uris for web clients using implicit flow must not be using localhost',
    ],
    [
      'native, javascript:',
      { ...NATIVE, redirect_uris: ['javascript:alert(1)'] },
      'redirect_uris must not use the javascript URI scheme',
    ],
    [
      'native, data:',
      { ...NATIVE, redirect_uris: ['data:text/html,x'] },
      'redirect_uris must not use the data URI scheme',
    ],
    [
      'native, file:',
      { ...NATIVE, redirect_uris: ['file:///etc/x'] },
      'redirect_uris must not use the file URI scheme',
    ],
    [
      'native, http elsewhere',
      { ...NATIVE, redirect_uris: ['http://app.example/cb'] },
      'redirect_uris for native clients using http as a protocol can only use loopback addresses as hostnames',
    ],
    [
      'native, https on loopback',
      { ...NATIVE, redirect_uris: ['https://127.0.0.1/cb'] },
      'redirect_uris for native clients using claimed HTTPS URIs must not be using 127.0.0.1 as hostname',
    ],
  ])('%s', async (_, metadata, error_description) => {
    const { status, body, registered } = await register(metadata)
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'invalid_redirect_uri', error_description })
    expect(registered).toBe(0)
  })

  test.each<[string, object]>([
    ['web, http', { redirect_uris: ['http://app.example/cb', 'http://localhost:3000/cb'] }],
    ['web, implicit, https', { ...IMPLICIT, redirect_uris: [URI] }],
    ['native, private-use scheme', { ...NATIVE, redirect_uris: ['com.example.app:/cb'] }],
    [
      'native, loopback',
      { ...NATIVE, redirect_uris: ['http://127.0.0.1/', 'http://localhost:1/', 'http://[::1]:9/'] },
    ],
    ['native, claimed https', { ...NATIVE, redirect_uris: [URI] }],
    ['machine, none', MACHINE],
    ['machine, some', { ...MACHINE, redirect_uris: [URI] }],
  ])('not for %s', async (_, metadata) => {
    const { status, body } = await register(metadata)
    expect(status).toBe(201)
    expect(body).toMatchObject({ redirect_uris: [], ...metadata })
  })
})

describe('invalid_client_metadata', () => {
  const keySet = 'client JSON Web Key Set is invalid'
  const noKeys = 'jwks or jwks_uri is mandatory for this client'

  test.each<[object, string]>([
    [{ client_name: 5 }, 'client_name must be a non-empty string if provided'],
    [{ client_name: '' }, 'client_name must be a non-empty string if provided'],
    [{ client_name: null }, 'client_name must be a non-empty string if provided'],
    [{ 'client_name#fr': 5 }, 'client_name#fr must be a non-empty string if provided'],
    [{ software_id: {} }, 'software_id must be a non-empty string if provided'],
    [{ scope: ['openid'] }, 'scope must be a non-empty string if provided'],
    [{ scope: 'openid tools' }, 'scope must only contain Authorization Server supported scope values'],
    [{ contacts: 'a@b.example' }, 'contacts must be an array'],
    [{ contacts: [1] }, 'contacts must only contain strings'],
    [{ contacts: ['nobody'] }, 'contacts can only contain email addresses'],
    [{ require_auth_time: 'true' }, 'require_auth_time must be a boolean'],
    [{ default_max_age: '5' }, 'default_max_age must be a non-negative integer'],
    [{ default_max_age: -1 }, 'default_max_age must be a non-negative integer'],
    [{ default_max_age: 0.5 }, 'default_max_age must be a non-negative integer'],
    [{ application_type: 'browser' }, "application_type must be 'native' or 'web'"],
    [{ subject_type: 'pairwise' }, "subject_type must be 'public'"],
    [{ id_token_signed_response_alg: 'none' }, "id_token_signed_response_alg must be 'RS256'"],
    [{ token_endpoint_auth_method: 1 }, 'token_endpoint_auth_method must be a non-empty string if provided'],
    [
      { token_endpoint_auth_method: 'magic' },
      "token_endpoint_auth_method must be 'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', or 'none'",
    ],
    [{ grant_types: 'implicit' }, 'grant_types must be an array'],
    [
      { grant_types: ['password'] },
      "grant_types can only contain 'implicit', 'authorization_code', 'refresh_token', or 'client_credentials'",
    ],
    [{ response_types: 'code' }, 'response_types must be an array'],
    [
      { response_types: ['token'] },
      "response_types can only contain 'code id_token', 'code', 'id_token', or 'none'",
    ],
    [
      { token_endpoint_auth_signing_alg: 'HS256' },
      'token_endpoint_auth_signing_alg must not be provided (no values are allowed)',
    ],
    [
      { token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'RS256' },
      "token_endpoint_auth_signing_alg must be 'HS256'",
    ],
    [{ post_logout_redirect_uris: ['/out'] }, 'post_logout_redirect_uris must only contain valid uris'],
    [{ token_endpoint_auth_method: 'private_key_jwt' }, noKeys],
    [{ token_endpoint_auth_method: 'private_key_jwt', jwks: null }, noKeys],
    [
      { jwks: { keys: [KEY] }, jwks_uri: 'https://app.example/jwks' },
      'jwks and jwks_uri must not be used at the same time',
    ],
    [{ jwks: '{"keys":[]}' }, keySet],
    [{ jwks: {} }, keySet],
    [{ jwks: null }, keySet],
    [{ jwks: { keys: [{ ...KEY, d: 'AA' }] } }, keySet],
    [{ jwks: { keys: [{ ...KEY, x: undefined }] } }, keySet],
    [{ jwks: { keys: [{ ...KEY, kid: 5 }] } }, keySet],
    [{ jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }, keySet],
    [{ jwks: { keys: [{ x: 'AA' }] } }, keySet],
    [{ jwks: { keys: ['key'] } }, keySet],
    [{ jwks_uri: 'ftp://app.example' }, 'jwks_uri must be a web uri'],
    [{ client_uri: '/home' }, 'client_uri must be a web uri'],
    [{ 'client_uri#fr': '/accueil' }, 'client_uri#fr must be a web uri'],
    [{ logo_uri: 'data:image/png,x' }, 'logo_uri must be a web uri'],
    [{ policy_uri: 'mailto:a@b.example' }, 'policy_uri must be a web uri'],
    [{ tos_uri: 'tos' }, 'tos_uri must be a web uri'],
    [{ initiate_login_uri: 'http://app.example/login' }, 'initiate_login_uri must be a https uri'],
    [{ sector_identifier_uri: 'http://app.example/s' }, 'sector_identifier_uri must be a https uri'],
  ])('%j', async (members, error_description) => {
    const { status, body, registered } = await register({ ...WEB, ...members })
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'invalid_client_metadata', error_description })
    expect(registered).toBe(0)
  })
})

describe('of two faults, the one that oidc-provider names', () => {
  test.each<[object, string]>([
    [{ redirect_uris: 'x', require_auth_time: 1 }, 'require_auth_time must be a boolean'],
    [{ redirect_uris: 'x', client_name: 5 }, 'redirect_uris must be an array'],
    [{ redirect_uris: [1], client_name: 5 }, 'client_name must be a non-empty string if provided'],
    [{ redirect_uris: [1], contacts: [1] }, 'contacts must only contain strings'],
    [
      { redirect_uris: ['/x'], scope: 'tools' },
      'scope must only contain Authorization Server supported scope values',
    ],
    [{ redirect_uris: ['/x'], tos_uri: '/y' }, 'tos_uri must be a web uri'],
    [{ redirect_uris: ['/x'], contacts: ['y'] }, 'redirect_uris must only contain valid uris'],
    [{ redirect_uris: [], default_max_age: -1 }, 'default_max_age must be a non-negative integer'],
    [{ redirect_uris: [], jwks: {} }, 'redirect_uris must contain members'],
    [{ token_endpoint_auth_method: 'private_key_jwt' }, 'redirect_uris is mandatory property'],
  ])('%j', async (metadata, error_description) => {
    const { status, body } = await register(metadata)
    expect([status, body.error_description]).toEqual([400, error_description])
  })
})

describe('what is registered', () => {
  test.each<[object]>([
    [
      {
        client_name: '日本 🦊',
        'client_name#ja-Hani-JP': 'クライアント名',
        'tos_uri#fr': 'https://app.example/cgu',
      },
    ],
    [{ software_id: '4NRB1-0XZABZI9E6-5SM3R', software_version: '2.2' }],
    [{ contacts: ['ve7jtb@example.org'], default_max_age: 0, require_auth_time: true }],
    [{ client_uri: 'http://app.example', initiate_login_uri: 'https://app.example/login' }],
    [{ jwks: { keys: [KEY, { kty: 'future' }] }, token_endpoint_auth_method: 'private_key_jwt' }],
    [{ scope: 'openid email', default_acr_values: ['urn:x'] }],
    [{ token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'HS256' }],
  ])('%j comes back', async (members) => {
    const { status, body } = await register({ ...WEB, ...members })
    expect(status).toBe(201)
    expect(body).toMatchObject(members)
  })

  test('unknown members are ignored', async () => {
    const unknown = { foo: 'bar', 'software_id#fr': 'x', 'client_name#': 'x', software_statement: 'x.y.z' }
    const text = JSON.stringify({ ...WEB, ...unknown }).replace('{', '{"__proto__":{"polluted":1},')
    const { status, body } = await register(JSON.parse(text))
    expect(status).toBe(201)
    for (const member of Object.keys(unknown)) expect(body).not.toHaveProperty([member])
    expect(body).not.toHaveProperty('polluted')
  })

  test.each<[object, object]>([
    [{ redirect_uris: [URI, URI] }, { redirect_uris: [URI] }],
    [{ scope: 'openid email openid' }, { scope: 'openid email' }],
    [
      { response_types: ['id_token code'], grant_types: ['implicit'] },
      { response_types: ['code id_token'], grant_types: ['implicit', 'authorization_code'] },
    ],
    [{ grant_types: ['client_credentials'] }, { grant_types: ['client_credentials', 'authorization_code'] }],
    [{ grant_types: ['implicit', 'authorization_code'] }, { grant_types: ['authorization_code'] }],
    [{ response_types: ['id_token'] }, { grant_types: ['implicit'] }],
    [{ response_types: [] }, { grant_types: [] }],
    [
      { grant_types: ['authorization_code', 'refresh_token'] },
      { grant_types: ['authorization_code', 'refresh_token'] },
    ],
  ])('%j is granted as %j', async (asked, granted) => {
    const { status, body } = await register({ ...WEB, ...asked })
    expect(status).toBe(201)
    expect(body).toMatchObject(granted)
  })
})

describe('the metadata of the server is the rule', () => {
  test.each<[string, object, object, number]>([
    ['any scope', { scopes_supported: undefined }, { scope: 'mcp:tools' }, 201],
    ['another scope', { scopes_supported: ['mcp:tools'] }, { scope: 'mcp:tools' }, 201],
    ['public clients only', { token_endpoint_auth_methods_supported: ['none'] }, {}, 400],
    [
      'public clients only',
      { token_endpoint_auth_methods_supported: ['none'] },
      { token_endpoint_auth_method: 'none' },
      201,
    ],
    [
      'another grant',
      { grant_types_supported: ['authorization_code', 'password'] },
      { grant_types: ['password'] },
      201,
    ],
    [
      'a response type in any order',
      { response_types_supported: ['token code'] },
      { response_types: ['code token'] },
      201,
    ],
    ['acr values', { acr_values_supported: ['a'] }, { default_acr_values: ['b'] }, 400],
    [
      'any method',
      { token_endpoint_auth_methods_supported: undefined },
      { token_endpoint_auth_method: 'tls_client_auth' },
      201,
    ],
  ])('%s: %j, %j: %i', async (_, metadata, members, status) => {
    expect((await register({ ...WEB, ...members }, { metadata: { ...metadata } })).status).toBe(status)
  })
})
