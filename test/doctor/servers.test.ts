import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reportText } from '../../src/doctor/index.js'
import { hydra, keycloak } from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { freePort } from '../servers/free-port.js'
import { type RunningProvider, startProvider } from '../servers/oidc-provider.js'
import type { Step } from '../servers/scripted.js'
import { examine, OAUTH, OPENID, said, soundMetadata, startPaths } from './set-up.js'

/* What is told of servers that are well, that lie, and that are not there. */

let provider: RunningProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())

/** A server whose metadata are sound but for these members. */
async function startWith(
  members: (origin: string) => Record<string, unknown>,
  more: Record<string, Step> = {},
) {
  const answers: Record<string, Step> = { ...more }
  const server = await startPaths(answers)
  answers[OAUTH] ??= { body: { ...soundMetadata(server.origin), ...members(server.origin) } }
  return server
}

describe('a healthy server', () => {
  test('the whole report as text', async () => {
    const report = await examine(provider.issuer)
    expect(reportText(report).replaceAll(provider.issuer, 'ISSUER')).toBe(`ISSUER is an authorization server.
0 problems, 0 warnings.

The authorization server ISSUER
  GET ISSUER/.well-known/oauth-authorization-server: 200, metadata of this issuer
  GET ISSUER/.well-known/openid-configuration: 200, metadata of this issuer
  ok       discovery              the metadata of ISSUER/.well-known/oauth-authorization-server are taken
  ok       issuer                 ISSUER is named as it was asked for
  ok       required               all that RFC 8414 §2 requires is there
  ok       endpoints              all 7 are at the origin of the issuer
  ok       contradictions         the metadata do not contradict themselves
  ok       registration           clients are registered at ISSUER/reg
  unknown  registration           whether it takes anybody, or wants an initial access token, shows when it is tried
  ok       provider               it looks like none of the servers that need a provider
  ok       client_authentication  clients prove themselves by none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt
  ok       cors                   pages in a browser cannot register: the preflight answers 404; other programs can
  ok       pkce                   PKCE by S256
  ok       cimd                   client ID metadata documents are not offered
  ok       response_issuer        authorization responses name their issuer (RFC 9207)
  ok       scopes                 scopes: openid, offline_access, register
  unknown  software_statement     whether a software statement is wanted, metadata do not say (RFC 7591 §2.3)
  unknown  management             whether clients can be read, changed and deleted shows when one is registered (RFC 7592 §3)

Next
  1. try it: --probe registers a client and deletes it
`)
    expect(report).toMatchObject({ kind: 'authorization_server', level: 'ok', left: [], leftOver: [] })
  })

  test('the URL of its document stands for it', async () => {
    const report = await examine(`${provider.issuer}${OPENID}`)
    expect([report.level, report.servers[0]?.issuer]).toEqual(['ok', provider.issuer])
  })
})

describe('a sick server', () => {
  test('the whole report as text', async () => {
    const stranger = { body: { issuer: 'https://other.example.com' } }
    const { origin } = await startWith(
      (origin) => ({
        issuer: `${origin}/`,
        authorization_endpoint: undefined,
        token_endpoint: 'http://as.example.com/token',
        registration_endpoint: '/register',
        grant_types_supported: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types_supported: 'token',
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
        code_challenge_methods_supported: ['plain'],
      }),
      { [OPENID]: stranger },
    )
    expect(
      reportText(await examine(origin)).replaceAll(origin, 'ISSUER'),
    ).toBe(`ISSUER is an authorization server.
5 problems, 6 warnings.

The authorization server ISSUER
  GET ISSUER/.well-known/oauth-authorization-server: 200, metadata of this issuer
  GET ISSUER/.well-known/openid-configuration: 200, metadata of another issuer
  ok       discovery              the metadata of ISSUER/.well-known/oauth-authorization-server are taken
  problem  discovery              ISSUER/.well-known/openid-configuration names the issuer https://other.example.com, not ISSUER: it must not be used (RFC 8414 §3.3)
  warning  issuer                 the issuer is written ISSUER/, and was asked for as ISSUER: clients compare each character
  warning  required               authorization_endpoint is missing (RFC 8414 §2)
  warning  required               response_types_supported is not a list of words
  problem  endpoints              token_endpoint is not https
  problem  endpoints              registration_endpoint is not an absolute URL
  ok       endpoints              at another origin than the issuer: token_endpoint at http://as.example.com
  warning  contradictions         grant_types_supported has authorization_code, and no response type has code (RFC 7591 §2.1)
  warning  contradictions         clients may authenticate by a JWT, and no algorithm is named for it (RFC 8414 §2)
  warning  contradictions         grant_types_supported has the device grant, and there is no device_authorization_endpoint (RFC 8628 §4)
  problem  registration           the registration_endpoint cannot be used: it must be an absolute URL that starts with https://
  ok       provider               it looks like none of the servers that need a provider
  ok       client_authentication  clients prove themselves by private_key_jwt
  ok       client_authentication  public clients (none) are not named: apps on devices and in browsers have no way to keep a secret
  problem  pkce                   PKCE without S256: plain (RFC 7636 §4.2)
  ok       cimd                   client ID metadata documents are not offered
  ok       response_issuer        authorization responses do not say who they are from (RFC 9207): of use to clients of several servers
  ok       scopes                 scopes: read
  unknown  software_statement     whether a software statement is wanted, metadata do not say (RFC 7591 §2.3)

Next
  1. have the server name token_endpoint as an https URL
  2. have the server name registration_endpoint as an https URL
  3. have the server support S256
  4. configure clients with the issuer as it is written, ISSUER/
  5. have the server name authorization_endpoint: some clients refuse to go on without
  6. have the server write response_types_supported as a list
  7. have the server say what it really does
`)
  })

  test.each<[what: string, members: Record<string, unknown>, check: string, told: string]>([
    [
      'no registration',
      { registration_endpoint: undefined },
      'registration',
      'problem: the metadata name no registration_endpoint',
    ],
    [
      'documents in place of registration',
      { registration_endpoint: undefined, client_id_metadata_document_supported: true },
      'registration',
      'warning: the metadata name no registration_endpoint; clients are taken by their client ID metadata document',
    ],
    [
      'a password in a URL',
      { token_endpoint: 'https://user:hunter22@as.example.com/t' },
      'endpoints',
      'problem: token_endpoint has a user name or password in it',
    ],
    [
      'a URL that runs',
      { jwks_uri: 'javascript:alert(1)' },
      'endpoints',
      'problem: jwks_uri is a URL of the kind javascript:, which runs or shows what it holds',
    ],
    [
      'one endpoint alone',
      { authorization_endpoint: undefined, token_endpoint: undefined },
      'endpoints',
      'ok: registration_endpoint is at the origin of the issuer',
    ],
    [
      'no PKCE',
      { code_challenge_methods_supported: undefined },
      'pkce',
      'warning: code_challenge_methods_supported is missing: clients that insist on PKCE, as those of MCP, refuse to go on',
    ],
    [
      'UDAP',
      { udap_versions_supported: ['1'] },
      'software_statement',
      'warning: it speaks UDAP, whose registrations need a signed software statement',
    ],
    [
      'pushed requests without a place',
      { require_pushed_authorization_requests: true },
      'contradictions',
      'warning: authorization requests have to be pushed, and there is no pushed_authorization_request_endpoint (RFC 9126 §5)',
    ],
    [
      'no methods',
      { token_endpoint_auth_methods_supported: null },
      'client_authentication',
      'warning: no methods are named, which means client_secret_basic alone (RFC 8414 §2); many servers take more',
    ],
    [
      'openid without its scope',
      { id_token_signing_alg_values_supported: ['RS256'] },
      'scopes',
      'warning: it signs ID tokens, and scopes_supported lacks openid (OpenID Connect Discovery 1.0 §3)',
    ],
  ])('%s', async (_what, members, check, told) => {
    const { origin } = await startWith(() => members)
    expect(said(await examine(origin), check)).toContain(told)
  })

  test('two documents that do not agree', async () => {
    const answers: Record<string, Step> = {}
    const { origin } = await startPaths(answers)
    answers[OAUTH] = { body: soundMetadata(origin) }
    answers[OPENID] = { body: { ...soundMetadata(origin), token_endpoint: `${origin}/other` } }
    expect(said(await examine(origin), 'discovery')).toContain(
      `warning: ${origin}${OPENID} has another token_endpoint than ${origin}${OAUTH}`,
    )
  })
})

describe('who is no authorization server', () => {
  test('nobody is there', async () => {
    const { origin } = await startPaths({})
    const report = await examine(`http://127.0.0.1:${await freePort()}`)
    expect([report.kind, report.level, said(report, 'discovery')]).toEqual([
      'nothing',
      'problem',
      ['problem: the server does not answer: could not be reached (ECONNREFUSED)'],
    ])
    expect(said(await examine(origin), 'discovery')).toEqual([
      'problem: no metadata were found at any well-known path',
    ])
  })

  test('what hangs is given up', async () => {
    const { origin } = await startPaths({ '/': { status: 404 }, [OAUTH]: 'never answer', [OPENID]: 'drip' })
    const report = await examine(origin, { limits: { firstByte: 500 }, timeout: 1000 })
    expect(report.servers[0]?.places.map(({ told }) => told)).toEqual([
      'had not begun to answer after 500 ms; the option limits.firstByte sets that',
      expect.stringMatching(/^200, answered 200 and had not ended after 1000 ms$/),
    ])
  })

  test.each<[what: string, step: Step, told: string]>([
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<html>' }, '200, not JSON (text/html)'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://elsewhere.example.com/?token=abc' } },
      '302, redirects to https://elsewhere.example.com, where the request is not sent',
    ],
    ['JSON of another kind', { body: { hello: true } }, '200, JSON without issuer'],
    [
      'broken JSON',
      { body: '{"issuer": "https://' },
      '200, answered 200 with JSON that breaks off at character 20',
    ],
    ['a failing server', { status: 503, body: { error: 'down' } }, '503'],
    ['an end of the connection', 'close', 'closed or lost the connection (UND_ERR_SOCKET)'],
  ])('%s', async (_what, step, told) => {
    const { origin } = await startPaths({ [OAUTH]: step })
    const report = await examine(origin)
    expect(report.servers[0]?.places[0]).toMatchObject({ url: `${origin}${OAUTH}`, told })
    expect(report.level).toBe('problem')
  })
})

describe('the provider', () => {
  const KEYCLOAK = (origin: string) => ({
    token_endpoint: `${origin}/realms/a/protocol/openid-connect/token`,
    registration_endpoint: `${origin}/realms/a/clients-registrations/openid-connect`,
  })

  test('is named where there is evidence for it', async () => {
    const { origin } = await startWith(KEYCLOAK)
    const report = await examine(origin)
    expect(said(report, 'provider')).toEqual([
      'warning: it looks like keycloak (the path of registration_endpoint; the path of token_endpoint)',
    ])
    expect(report.next).toContain('if it is one, say so: --provider keycloak, in code the option provider')
  })

  test('that was given is compared with the server', async () => {
    const { origin } = await startWith(KEYCLOAK)
    expect(said(await examine(origin, { provider: keycloak }), 'provider')).toEqual([
      'ok: the provider keycloak was given; it looks like keycloak (the path of registration_endpoint; the path of token_endpoint)',
    ])
    expect(said(await examine(origin, { provider: hydra }), 'provider')).toEqual([
      'problem: the provider hydra is for other paths of the registration endpoint than /realms/a/clients-registrations/openid-connect',
    ])
  })

  test('knows what the metadata leave out', async () => {
    const { origin } = await startWith(() => ({ registration_endpoint: undefined }))
    expect(said(await examine(origin, { provider: hydra }), 'registration')[0]).toBe(
      `ok: clients are registered at ${origin}/oauth2/register, as the provider hydra has it`,
    )
  })
})

describe('a browser', () => {
  test.each<[what: string, headers: Record<string, string>, told: string]>([
    [
      'any',
      { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'Content-Type' },
      'ok: pages of any origin may register from a browser',
    ],
    [
      'another',
      { 'access-control-allow-origin': 'https://own.example.com' },
      'ok: pages in a browser cannot register: the preflight allows the origin "https://own.example.com"; other programs can',
    ],
  ])('of %s origin', async (_what, headers, told) => {
    const server = await startWith(() => ({}), { '/register': { status: 204, headers } })
    expect(said(await examine(server.origin), 'cors')).toEqual([told])
    expect(server.requests.at(-1)).toMatchObject({
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
    })
  })
})

describe('what cannot be asked', () => {
  test.each([
    ['https://user:pass-word@as.example.com', 'invalid_url'],
    ['http://as.example.com', 'insecure_url'],
    ['as.example.com', 'invalid_url'],
  ])('%s', async (url, code) => {
    expect(await failureOf(examine(url))).toMatchObject({ code, outcome: 'not_sent' })
  })

  test('a call that was given up', async () => {
    const reason = new Error('enough')
    const error = await failureOf(examine(provider.issuer, { signal: AbortSignal.abort(reason) }))
    expect(error).toMatchObject({ code: 'aborted', cause: reason })
  })
})
