import { inspect } from 'node:util'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  fetchUserInfo,
  randomPKCECodeVerifier,
} from 'openid-client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ClientMetadata, memoryStore, privateKeyJwt, Registrar } from '../src/index.js'
import { configurationOf } from '../src/openid-client/index.js'
import { type RunningProvider, startProvider } from './servers/oidc-provider.js'
import { openSignedIn } from './servers/signed-in-user.js'

const redirectUri = 'https://app.example.com/cb'
const insecure = { allowInsecureRequests: true }

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

/** A login, from the first redirect to the tokens. */
async function logIn(configuration: Configuration) {
  const verifier = randomPKCECodeVerifier()
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const back = await openSignedIn(provider.provider, url)
  return authorizationCodeGrant(configuration, back, { pkceCodeVerifier: verifier })
}

describe('a login at a real provider', () => {
  test.each(['none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt'])(
    'with %s',
    async (method) => {
      const configuration = configurationOf(await register({ token_endpoint_auth_method: method }), insecure)
      const tokens = await logIn(configuration)
      expect(tokens.claims()).toMatchObject({ sub: 'user', iss: provider.issuer })
      expect(await fetchUserInfo(configuration, tokens.access_token, 'user')).toMatchObject({ sub: 'user' })
    },
  )

  test('with private_key_jwt', async () => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey(
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['sign', 'verify'],
    )
    const { kty = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey)
    const registered = await register({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ kty, crv, x, y, kid: 'one', use: 'sig', alg: 'ES256' }] },
    })
    const authentication = privateKeyJwt(registered.client, { key: privateKey, kid: 'one' })
    const tokens = await logIn(configurationOf(registered, { ...insecure, authentication }))
    expect(tokens.claims()?.sub).toBe('user')
  })
})

test('a machine gets a token', async () => {
  const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
  const configuration = configurationOf(await register(machine), insecure)
  expect((await clientCredentialsGrant(configuration)).access_token).toMatch(/./)
})

describe('a configuration', () => {
  test('sends its requests through the fetch that is given', async () => {
    const sent = vi.fn((request: Request) => fetch(request))
    await logIn(configurationOf(await register({}), { ...insecure, fetch: sent }))
    expect(sent.mock.calls.map(([request]) => `${request.method} ${new URL(request.url).pathname}`)).toEqual([
      'POST /token',
    ])
  })

  test('shows none of the credentials', async () => {
    const registered = await register({})
    const configuration = configurationOf(registered, insecure)
    const shown = inspect([configuration, configuration.clientMetadata()], { depth: 10, showHidden: true })
    const { client_secret = '', registration_access_token = '' } = registered.client
    expect(shown).toContain(registered.client.client_id)
    expect(client_secret.length).toBeGreaterThan(0)
    expect(shown).not.toContain(client_secret)
    expect(shown).not.toContain(registration_access_token)
  })

  test('sends nothing by http, unless it is told to', async () => {
    const configuration = configurationOf(await register({}))
    await expect(clientCredentialsGrant(configuration)).rejects.toThrow('only requests to HTTPS are allowed')
  })

  test('sends nothing by http to another machine, whatever it is told', async () => {
    const { server, client } = await register({})
    const elsewhere = { ...server, token_endpoint: 'http://as.example.com/token' }
    const configuration = configurationOf({ server: elsewhere, client }, insecure)
    await expect(clientCredentialsGrant(configuration)).rejects.toMatchObject({
      cause: { code: 'insecure_url' },
    })
  })

  test('is not made without the key that is registered', async () => {
    const { server, client } = await register({})
    const registered = { server, client: { ...client, token_endpoint_auth_method: 'private_key_jwt' } }
    expect(() => configurationOf(registered)).toThrow(
      /is registered for private_key_jwt: pass options\.authentication/,
    )
  })
})
