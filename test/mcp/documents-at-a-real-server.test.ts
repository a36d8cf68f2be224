import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type Provider from 'oidc-provider'
import type { Configuration } from 'oidc-provider'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
} from 'openid-client'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { discover } from '../../src/index.js'
import {
  clientIdMetadataDocument,
  lintClientIdMetadataDocument,
} from '../../src/mcp/client-id-metadata-document.js'
import { serveClientIdMetadataDocument } from '../../src/mcp/serving-document.js'
import { configurationOf } from '../../src/openid-client/index.js'
import { certificate } from '../servers/certificates.js'
import { configuration } from '../servers/oidc-provider.js'
import { openSignedIn } from '../servers/signed-in-user.js'
import { trustingFetch } from '../servers/trusting-fetch.js'

/* What our builder and our handler make is read by a real server; and what that refuses, the lint has found. */

beforeEach(() => {
  // A provider prints what it is not made for.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'info').mockImplementation(() => {})
})

/** An OpenID Provider that reads client ID metadata documents, through this `fetch`. */
async function readingProvider(issuer: string, read: (url: string) => Promise<Response>): Promise<Provider> {
  const { default: RealProvider } = await import('oidc-provider')
  const common = configuration({})
  const clientIdMetadataDocument = { enabled: true, ack: 'draft-02' }
  return new RealProvider(issuer, {
    ...common,
    features: { ...common.features, clientIdMetadataDocument },
    fetch: (url: URL | string) => read(`${url}`),
  } as Configuration)
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a user logs in with a client that nobody registered', async () => {
  const redirect_uri = 'https://app.example.com/cb'
  const requests: string[] = []
  const serving = createSecureServer(certificate('valid'))
  const url = `https://${await listening(serving)}/oauth/client.json`
  const handle = serveClientIdMetadataDocument(
    clientIdMetadataDocument(url, { client_name: 'An agent', redirect_uris: [redirect_uri] }),
  )
  const listener: RequestListener = async (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const { status, headers, body } = await handle(new Request(new URL(request.url ?? '', url)))
    response.writeHead(status, Object.fromEntries(headers)).end(body && (await new Response(body).text()))
  }
  serving.on('request', listener)

  const trusting = await trustingFetch()
  const front = createServer()
  const issuer = `http://${await listening(front)}`
  const provider = await readingProvider(issuer, (target) =>
    trusting(new Request(target, { redirect: 'manual' })),
  )
  front.on('request', provider.callback())

  const insecure = { allowInsecureRequests: true }
  const server = await discover(issuer, insecure)
  expect(server.client_id_metadata_document_supported).toBe(true)
  const client = { client_id: url, token_endpoint_auth_method: 'none' }
  const configured = configurationOf({ server, client }, insecure)
  const verifier = randomPKCECodeVerifier()
  const place = buildAuthorizationUrl(configured, {
    redirect_uri,
    scope: 'openid',
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const back = await openSignedIn(provider, place)
  const tokens = await authorizationCodeGrant(configured, back, { pkceCodeVerifier: verifier })
  expect(tokens.claims()).toMatchObject({ sub: 'user', aud: url })
  expect(requests).toEqual(['GET /oauth/client.json'])
})

describe('what the server does not take, the lint calls an error', () => {
  const url = 'https://app.example.com/oauth/client.json'
  const redirect_uris = ['https://app.example.com/cb']
  const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'one' }
  const withKey = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key] } }
  const toApp = { redirect_uris: ['com.example.app:/cb'] }
  const toLoopback = { redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost:3000/cb'] }

  async function verdict(document: object, at: string): Promise<'taken' | 'refused'> {
    const provider = await readingProvider('https://as.example.com', async () => Response.json(document))
    const client = await provider.Client.find(at).catch(() => undefined)
    return client ? 'taken' : 'refused'
  }

  test.each<[name: string, is: 'taken' | 'refused', members: object, at?: string]>([
    ['as it should be', 'taken', {}],
    ['with a key', 'taken', withKey],
    ['to this machine', 'taken', toLoopback],
    ['to this machine, of a native app', 'taken', { ...toLoopback, application_type: 'native' }],
    ['to an app', 'taken', { ...toApp, application_type: 'native' }],
    ['at a URL with a query', 'taken', {}, `${url}?v=1`],
    ['at a URL in capitals', 'taken', {}, 'https://APP.example.com/client.json'],
    ['to an app that is called a web page', 'refused', toApp],
    ['with a fragment', 'refused', { redirect_uris: ['https://app.example.com/cb#a'] }],
    ['to a relative place', 'refused', { redirect_uris: ['/cb'] }],
    [
      'to http elsewhere',
      'refused',
      { redirect_uris: ['http://app.example.com/cb'], application_type: 'native' },
    ],
    ['to nowhere', 'refused', { redirect_uris: undefined }],
    ['without a method', 'refused', { token_endpoint_auth_method: undefined }],
    ['with a secret', 'refused', { client_secret: 'a-secret-of-nobody' }],
    ['with the end of a secret', 'refused', { client_secret_expires_at: 0 }],
    ['with a method of a secret', 'refused', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['without its key', 'refused', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['with keys twice', 'refused', { ...withKey, jwks_uri: 'https://app.example.com/jwks' }],
    ['with a private key', 'refused', { ...withKey, jwks: { keys: [{ ...key, d: key.x }] } }],
    ['with a shared key', 'refused', { ...withKey, jwks: { keys: [{ kty: 'oct', k: 'aaaa' }] } }],
    ['with a link by http', 'refused', { client_uri: 'http://app.example.com' }],
    ['with a link that is none', 'refused', { policy_uri: 'policy' }],
    ['with a list that is none', 'refused', { contacts: 'team@example.com' }],
    ['with null', 'refused', { scope: null }],
    ['larger than 5 kilobytes', 'refused', { client_name: 'x'.repeat(5120) }],
    ['of another URL', 'refused', { client_id: `${url}/` }],
    ['at a URL with a fragment', 'refused', {}, `${url}#a`],
    ['at a URL with dot segments', 'refused', {}, 'https://app.example.com/a/%2e%2E/client.json'],
    ['at a URL with a user', 'refused', {}, 'https://@app.example.com/client.json'],
    ['at a URL with a space', 'refused', {}, 'https://app.example.com/client document.json'],
    ['at a URL with a tab', 'refused', {}, 'https://app.example.com/client\t.json'],
    ['at a URL with three slashes', 'refused', {}, 'https:///app.example.com/client.json'],
    ['at a URL with http', 'refused', {}, 'http://app.example.com/client.json'],
  ])('%s: %s', async (_name, is, members, at = url) => {
    const good = { client_id: at, client_name: 'App', redirect_uris, token_endpoint_auth_method: 'none' }
    const document = { ...good, ...members }
    expect(await verdict(document, at)).toBe(is)
    const errors = lintClientIdMetadataDocument(at, document).filter(({ severity }) => severity === 'error')
    expect(errors.length > 0 ? 'refused' : 'taken').toBe(is)
  })
})
