/**
 * A program without a user: it registers a key of its own, gets access tokens by client credentials, and recovers by
 * itself when the server has forgotten it.
 */
import {
  type AuthorizationServerMetadata,
  type ClientInformation,
  memoryStore,
  type OAuthError,
  privateKeyJwt,
  Registrar,
  requestToken,
} from 'dcr-client'
import { startProvider } from '../test/servers/oidc-provider.js'
import { say } from './say.js'

const provider = await startProvider()
const { issuer } = provider
say('Started', `an authorization server at ${issuer}`)

const insecure = { allowInsecureRequests: true }
const registrar = new Registrar({ store: memoryStore(), ...insecure })

// In an application the key comes from where its secrets are kept.
const key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const { kty = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', key.publicKey)
const metadata = {
  client_name: 'Nightly report',
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [{ kty, crv, x, y, kid: 'one', use: 'sig', alg: 'ES256' }] },
}

const ask = (server: AuthorizationServerMetadata, client: ClientInformation) =>
  requestToken(server, privateKeyJwt(client, { key: key.privateKey, kid: 'one' }), insecure)

/** An access token, by another client if the server no longer knows this one. */
async function accessToken(): Promise<string> {
  const { server, client, action } = await registrar.ensure(issuer, metadata)
  say('  client', `${client.client_id}, action "${action}"`)
  try {
    return (await ask(server, client)).access_token
  } catch (error) {
    if ((error as OAuthError).error !== 'invalid_client') throw error
    say('  refused', 'invalid_client')
    // It says whether the client is gone. If not, the fault is elsewhere, and another client would not help.
    if (!(await registrar.invalidate(issuer, client))) throw error
    const another = await registrar.ensure(issuer, metadata)
    say('  client', `${another.client.client_id}, action "${another.action}"`)
    return (await ask(another.server, another.client)).access_token
  }
}

say('Got', `an access token of ${(await accessToken()).length} characters`)
say('Got', `another, of ${(await accessToken()).length} characters`)

const { client } = await registrar.ensure(issuer, metadata)
await forget(client.client_id)
say('Forgot', 'the server has lost its database')
say('Got', `a third, of ${(await accessToken()).length} characters`)
await provider.close()

async function forget(id: string): Promise<void> {
  // The types know no adapter of a model, which each of them has.
  const { Client } = provider.provider as unknown as {
    Client: { adapter: { destroy(id: string): Promise<void> } }
  }
  await Client.adapter.destroy(id)
}
