import { describe, expect, test } from 'vitest'
import { registrationMetadata } from '../../src/mcp/registration-metadata.js'

const issuer = 'https://as.example.com'
const server = { issuer }
const supporting = (...token_endpoint_auth_methods_supported: string[]) => ({
  server: { issuer, token_endpoint_auth_methods_supported },
})

describe('application_type', () => {
  test.each([
    [['https://app.example.com/cb'], 'web'],
    [['http://127.0.0.1:8000/cb'], 'native'],
    [['http://[::1]/cb'], 'native'],
    [['http://localhost/cb'], 'native'],
    [['https://localhost/cb'], 'native'],
    [['com.example.app:/cb'], 'native'],
    [['https://app.example.com/cb', 'http://127.0.0.1/cb'], 'native'],
    [[], 'web'],
    [undefined, 'web'],
  ])('of redirects to %j is %s', (redirect_uris, application_type) => {
    const given = redirect_uris && { redirect_uris }
    expect(registrationMetadata({ ...given }, { server })).toMatchObject({ application_type })
  })

  test('is the given one where one is given', () => {
    const given = { redirect_uris: ['http://127.0.0.1/cb'], application_type: 'web' }
    expect(registrationMetadata(given, { server })).toMatchObject({ application_type: 'web' })
  })
})

describe('the authentication method', () => {
  const native = { redirect_uris: ['http://127.0.0.1/cb'] }
  const web = { redirect_uris: ['https://app.example.com/cb'] }
  const method = (given: object, circumstances: Parameters<typeof registrationMetadata>[1]) =>
    registrationMetadata(given, circumstances).token_endpoint_auth_method

  test.each([
    [native, ['client_secret_basic', 'none'], 'none'],
    [web, ['client_secret_basic', 'none'], 'client_secret_basic'],
    [native, ['client_secret_post'], 'client_secret_post'],
    [web, ['none'], 'none'],
    [native, ['private_key_jwt'], undefined],
  ])('of %j at a server with %j is %s', (given, supported, expected) => {
    expect(method(given, supporting(...supported))).toBe(expected)
  })

  test('is the default of the specification where the server names none', () => {
    expect(method(native, { server })).toBe('client_secret_basic')
    expect(method({ ...native, token_endpoint_auth_method: 'none' }, { server })).toBe('none')
  })

  test('is another than the wanted one where the server does not have that', () => {
    const wanted = { ...native, token_endpoint_auth_method: 'none' }
    expect(method(wanted, supporting('client_secret_post', 'client_secret_basic'))).toBe(
      'client_secret_basic',
    )
    const keyed = { ...web, token_endpoint_auth_method: 'private_key_jwt' }
    expect(method(keyed, supporting('private_key_jwt', 'none'))).toBe('private_key_jwt')
    expect(method(keyed, supporting('tls_client_auth'))).toBe('private_key_jwt')
  })

  test('stays what it was while the server supports it', () => {
    const before = { token_endpoint_auth_method: 'client_secret_post' }
    expect(method(native, { ...supporting('none', 'client_secret_post'), before })).toBe('client_secret_post')
    expect(method(native, { ...supporting('none'), before })).toBe('none')
  })
})

describe('the scope', () => {
  test('is what the resource asks for, on top of what was registered', () => {
    expect(registrationMetadata({}, { server, scope: 'a b' }).scope).toBe('a b')
    expect(registrationMetadata({}, { server, scope: 'c a', before: { scope: 'a b' } }).scope).toBe('a b c')
    expect(registrationMetadata({}, { server, before: { scope: 'a b' } }).scope).toBe('a b')
    expect(registrationMetadata({}, { server })).not.toHaveProperty('scope')
  })

  test('is what the application says, if it says so', () => {
    expect(registrationMetadata({ scope: 'own' }, { server, scope: 'a' }).scope).toBe('own')
  })
})

describe('another port of this machine', () => {
  const before = { redirect_uris: ['http://127.0.0.1:1111/cb', 'com.example.app:/cb'] }
  const uris = (now: string[], anyLoopbackPort: boolean) =>
    registrationMetadata({ redirect_uris: now }, { server, before, anyLoopbackPort }).redirect_uris

  test('is another redirect URI', () => {
    const now = ['http://127.0.0.1:2222/cb', 'com.example.app:/cb']
    expect(uris(now, false)).toEqual(now)
  })

  test('is the same where any port will do', () => {
    expect(uris(['com.example.app:/cb', 'http://127.0.0.1:2222/cb'], true)).toEqual(before.redirect_uris)
  })

  test.each([
    ['another path', ['http://127.0.0.1:1111/other', 'com.example.app:/cb']],
    ['another host', ['http://localhost:1111/cb', 'com.example.app:/cb']],
    ['one less', ['http://127.0.0.1:1111/cb']],
    ['https', ['https://127.0.0.1:1111/cb', 'com.example.app:/cb']],
  ])('but not %s', (_name, now) => {
    expect(uris(now, true)).toEqual(now)
  })
})

describe('the scope', () => {
  const of = (scope: string, scopes_supported?: string[]) =>
    registrationMetadata({}, { server: { issuer, ...(scopes_supported && { scopes_supported }) }, scope })
      .scope

  test('is what the resource needs, where the server does not list its scopes', () => {
    expect(of('read write')).toBe('read write')
  })
  test('is without what the server does not list, for which it may refuse all', () => {
    expect(of('read write', ['openid', 'read'])).toBe('read')
    expect(of('read write', ['openid'])).toBeUndefined()
  })
})
