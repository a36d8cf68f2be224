import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AuthorizationServerMetadata,
  clientSecretBasic,
  DcrClient,
  type DcrClientOptions,
  discover,
  requestToken,
  type Warning,
} from '../src/index.js'
import { keycloak, keycloakDefault } from '../src/providers/index.js'
import { failureOf } from '../test/failure-of.js'
import { startKeycloak } from './servers/keycloak.js'

/* Keycloak is no npm package: KEYCLOAK_HOME names the folder of one, version 26 or newer, for those who have it. */

const home = process.env.KEYCLOAK_HOME ?? ''
const loopback = { allowInsecureRequests: true }
const web = {
  redirect_uris: ['https://app.example.com/cb'],
  client_name: 'App',
  client_uri: 'https://app.example.com/',
  grant_types: ['authorization_code', 'client_credentials'],
}

describe.skipIf(!home)('Keycloak', () => {
  let subject: Awaited<ReturnType<typeof startKeycloak>>
  let server: AuthorizationServerMetadata
  const connect = (options: DcrClientOptions) => new DcrClient(server, { ...loopback, ...options })

  beforeAll(async () => {
    subject = await startKeycloak(home)
    server = await discover(subject.issuer, loopback)
  }, 180_000)
  afterAll(() => subject?.close())

  describe.each([keycloak, keycloakDefault])('$name', (provider) => {
    test('the whole life', async () => {
      const dcr = connect({ provider, initialAccessToken: await subject.initialAccessToken(1) })
      const client = await dcr.register(web)
      expect(client).toMatchObject({
        client_name: 'App',
        redirect_uris: web.redirect_uris,
        client_uri: web.client_uri,
      })
      expect(client.grant_types).toEqual(expect.arrayContaining(web.grant_types))
      const token = await requestToken(server, clientSecretBasic(client as { client_id: string }), loopback)
      expect(token.access_token).not.toBe('')

      const read = await dcr.get(client)
      expect(read.client_secret).toBe(client.client_secret)
      const updated = await dcr.update(read, { client_name: 'App 2', client_uri: null })
      expect(updated).toMatchObject({ client_name: 'App 2', redirect_uris: web.redirect_uris })
      expect(updated).not.toHaveProperty('client_uri')
      expect(updated.client_secret).toBe(client.client_secret)
      expect(updated.registration_access_token).not.toBe(client.registration_access_token)
      expect(await failureOf(dcr.get(client))).toMatchObject({ code: 'unauthorized', status: 401 })

      await dcr.delete(updated)
      expect(await failureOf(dcr.get(updated))).toMatchObject({ code: 'unauthorized', status: 401 })
      const spent = await failureOf(dcr.register(web))
      expect(spent).toMatchObject({ code: 'unauthorized', status: 401, outcome: 'rejected' })
    })

    test('a public client', async () => {
      const dcr = connect({ provider, initialAccessToken: await subject.initialAccessToken(1) })
      const { redirect_uris } = web
      const client = await dcr.register({ redirect_uris, token_endpoint_auth_method: 'none' })
      expect(client.token_endpoint_auth_method).toBe('none')
    })

    test('what it would refuse is left out, and told', async () => {
      const warnings: Warning[] = []
      const initialAccessToken = await subject.initialAccessToken(1)
      const onWarning = (warning: Warning) => warnings.push(warning)
      const dcr = connect({ provider, initialAccessToken, onWarning })
      await dcr.register({ ...web, 'client_name#fr': 'Appli', backchannel_user_code_parameter: false })
      const left = warnings.filter(({ code }) => code === 'left_out_member').map(({ member }) => member)
      expect(left).toEqual(['client_name#fr', 'backchannel_user_code_parameter'])
    })

    test('as shipped, nobody registers without a token', async () => {
      const error = await failureOf(connect({ provider }).register(web))
      expect(error).toMatchObject({ code: 'forbidden', status: 403, error: 'insufficient_scope' })
      expect(error.message).toContain('as shipped, the realm forbids it to anonymous clients')
    })
  })

  test('an update removes what the profile sends empty', async () => {
    const dcr = connect({ provider: keycloak, initialAccessToken: await subject.initialAccessToken(1) })
    const values: Record<string, unknown> = {
      client_name: 'App',
      client_uri: 'https://app.example.com/',
      backchannel_logout_uri: 'https://app.example.com/out',
      id_token_signed_response_alg: 'ES256',
      default_acr_values: ['1'],
    }
    expect(Object.keys(values)).toEqual(keycloak.emptied)
    const client = await dcr.register({ redirect_uris: web.redirect_uris, ...values })
    expect(client).toMatchObject(values)
    const gone = Object.fromEntries(Object.keys(values).map((member) => [member, null]))
    const updated = await dcr.update(client, gone)
    for (const member of Object.keys(values)) expect(updated, member).not.toHaveProperty(member)
  })

  test('what it cannot remove stays, and is told', async () => {
    const told: (string | undefined)[] = []
    const initialAccessToken = await subject.initialAccessToken(1)
    const onWarning = ({ code, member }: Warning) => void (code === 'granted_differs' && told.push(member))
    const dcr = connect({ provider: keycloak, initialAccessToken, onWarning })
    const jwks_uri = 'https://app.example.com/jwks'
    const client = await dcr.register({ ...web, jwks_uri, require_pushed_authorization_requests: true })
    told.length = 0
    const changes = { require_pushed_authorization_requests: null, subject_type: null, contacts: null }
    expect(await dcr.update(client, changes)).toMatchObject({ require_pushed_authorization_requests: true })
    expect(told).toContain('require_pushed_authorization_requests')
  })

  test('keys move from their URL into the registration', async () => {
    const dcr = connect({ provider: keycloak, initialAccessToken: await subject.initialAccessToken(1) })
    const { publicKey } = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    const { kty = '', crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
    const key = { kty, crv, x, y, kid: 'k1', use: 'sig', alg: 'ES256' }
    const client = await dcr.register({ ...web, jwks_uri: 'https://app.example.com/jwks' })
    const updated = await dcr.update(client, { jwks_uri: null, jwks: { keys: [key] } } as never)
    expect(updated.jwks?.keys).toHaveLength(1)
    expect(updated).not.toHaveProperty('jwks_uri')
  })

  test('all that the profile lets through is known to it', async () => {
    const refused = await Promise.all(
      ['no_such_member', ...(keycloak.members ?? [])].map(async (member) => {
        const response = await fetch(`${server.registration_endpoint}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          // Of the wrong type, if need be: it is the name that is asked about.
          body: JSON.stringify({ [member]: 'x' }),
        })
        return (await response.text()).includes('Unrecognized field') ? [member] : []
      }),
    )
    expect(refused.flat()).toEqual(['no_such_member'])
  })

  test('without the profile it refuses a whole registration for one member', async () => {
    const dcr = connect({ initialAccessToken: await subject.initialAccessToken(1) })
    const error = await failureOf(dcr.register({ ...web, 'client_name#fr': 'Appli' }))
    expect(error).toMatchObject({ code: 'rejected', status: 400, outcome: 'rejected' })
    expect(error.message).toContain('Unrecognized field')
  })
})
