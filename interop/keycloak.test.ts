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
