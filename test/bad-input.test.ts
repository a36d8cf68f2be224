import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, type DcrError } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'

/** Stands in values that are refused: no message may repeat it. */
const CANARY = 'canary-3b9d41'
const REDIRECT = 'https://app.example.com/cb'
const PUBLIC_KEY = { kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ', kid: 'k1' }

const connect = (server: ScriptedServer) => new DcrClient(server.metadata, { allowInsecureRequests: true })

/** The error of something that is refused here: nothing may have reached the server. */
async function refusalOf(attempt: (dcr: DcrClient, origin: string) => Promise<unknown>): Promise<DcrError> {
  const server = await startScripted()
  const error = await failureOf(attempt(connect(server), server.origin))
  expect(server.connections).toBe(0)
  expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent', attempts: 0 })
  expect(error.message).not.toContain(CANARY)
  return error
}

const cycle: Record<string, unknown> = { redirect_uris: [REDIRECT] }
cycle.self = cycle

const SERVER_MEMBERS = [
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
]

describe('metadata that is refused, and the member that is named', () => {
  const uris: [name: string, uri: unknown][] = [
    ['javascript:', `javascript:alert('${CANARY}')`],
    ['JavaScript:', `JavaScript://${CANARY}.example/%0aalert(1)`],
    ['data:', `data:text/html,${CANARY}`],
    ['vbscript:', `vbscript:${CANARY}`],
    ['file:', `file:///${CANARY}`],
    ['a path', `/${CANARY}`],
    ['a host and a path', `${CANARY}.example.com/cb`],
    ['nothing', ''],
    ['a user name', `https://${CANARY}@app.example.com/cb`],
    ['a password', `https://user:${CANARY}@app.example.com/cb`],
    ['a line break', `https://app.example.com/cb\n${CANARY}`],
    ['a tab in the scheme', `java\tscript:${CANARY}`],
    ['a NUL', `https://app.example.com/cb\0${CANARY}`],
    ['a C1 control character', `https://app.example.com/cb\u0085${CANARY}`],
    ['a space before it', ` https://app.example.com/${CANARY}`],
    ['no host', `https://?${CANARY}`],
    ['a number', 42],
    ['null', null],
  ]
  const rows: [name: string, metadata: unknown, named: string][] = [
    ...[undefined, null, CANARY, 42, true, [{ redirect_uris: [REDIRECT] }], () => ({}), new Date()].map(
      (value): [string, unknown, string] => [`${typeof value} ${JSON.stringify(value)}`, value, 'metadata'],
    ),
    ['an object that becomes an array', { toJSON: () => [CANARY] }, 'metadata'],
    ['a BigInt', { default_max_age: 1n }, 'BigInt'],
    ['a cycle', cycle, 'cycle'],
    [
      'a getter that throws',
      {
        get client_name() {
          throw new Error(CANARY)
        },
      },
      'getter',
    ],
    ['70 KB', { redirect_uris: [REDIRECT], x_padding: CANARY.repeat(6000) }, '65536'],
    ['a line break in a name', { [`x\n${CANARY}`]: 1 }, 'name'],

    ...SERVER_MEMBERS.map((member): [string, unknown, string] => [member, { [member]: CANARY }, member]),

    ...uris.map(([name, uri]): [string, unknown, string] => [
      `redirect_uris with ${name}`,
      { redirect_uris: [REDIRECT, uri] },
      typeof uri === 'string' ? 'redirect_uris[1]' : 'redirect_uris',
    ]),
    ['redirect_uris with a fragment', { redirect_uris: [`${REDIRECT}#${CANARY}`] }, 'redirect_uris[0]'],
    ['redirect_uris with an empty fragment', { redirect_uris: [`${REDIRECT}#`] }, 'redirect_uris[0]'],
    ['redirect_uris of a native app with a fragment', { redirect_uris: ['app:/cb#x'] }, 'redirect_uris[0]'],
    ['redirect_uris as a string', { redirect_uris: `${REDIRECT}?${CANARY}` }, 'redirect_uris'],
    ['redirect_uris as an object', { redirect_uris: { 0: REDIRECT } }, 'redirect_uris'],

    ...[
      'client_uri',
      'logo_uri',
      'tos_uri',
      'policy_uri',
      'jwks_uri',
      'initiate_login_uri',
      'backchannel_client_notification_endpoint',
      'client_uri#de',
      'x_portal_uri',
    ].map((member): [string, unknown, string] => [
      `${member} javascript:`,
      { redirect_uris: [REDIRECT], [member]: `javascript:${CANARY}` },
      member,
    ]),
    [
      'post_logout_redirect_uris data:',
      { redirect_uris: [REDIRECT], post_logout_redirect_uris: [`data:,${CANARY}`] },
      'post_logout_redirect_uris[0]',
    ],
    ['client_uri as a number', { redirect_uris: [REDIRECT], client_uri: 42 }, 'client_uri'],
    ['client_uri as a relative path', { redirect_uris: [REDIRECT], client_uri: CANARY }, 'client_uri'],

    ['scope as an array', { scope: [CANARY] }, 'scope'],
    ['grant_types as a string', { grant_types: CANARY }, 'grant_types'],
    ['a flag as a string', { require_auth_time: 'true' }, 'require_auth_time'],
    ['a number as a string', { default_max_age: '3600' }, 'default_max_age'],
    ['a name as a number', { client_name: 42 }, 'client_name'],

    [
      'jwks and jwks_uri',
      { jwks: { keys: [PUBLIC_KEY] }, jwks_uri: `https://${CANARY}.example/` },
      'jwks_uri',
    ],
    ['jwks as a string', { jwks: CANARY }, 'jwks'],
    ['jwks without keys', { jwks: { key: CANARY } }, 'jwks'],
    ['jwks with a null', { jwks: { keys: [null] } }, 'jwks'],
    ['jwks with a string', { jwks: { keys: [CANARY] } }, 'jwks'],
    ['jwks with a private key', { jwks: { keys: [PUBLIC_KEY, { ...PUBLIC_KEY, d: CANARY }] } }, 'jwks'],
    ['jwks with a secret key', { jwks: { keys: [{ kty: 'oct', k: CANARY }] } }, 'jwks'],
    ['private_key_jwt without a key', { token_endpoint_auth_method: 'private_key_jwt' }, 'private_key_jwt'],
    ['a software_statement that is no JWT', { software_statement: CANARY }, 'software_statement'],
    ['a software_statement that is an object', { software_statement: { iss: CANARY } }, 'software_statement'],
  ]
  for (const [name, metadata, named] of rows) {
    test(name, async () => {
      const error = await refusalOf((dcr) => dcr.register(metadata as never))
      expect(error.message).toContain(named)
    })
  }
})

describe('changes that are refused, and the member that is named', () => {
  const client: ClientInformation = {
    client_id: 'c1',
    registration_access_token: 'rat-1',
    redirect_uris: [REDIRECT],
    jwks: { keys: [PUBLIC_KEY] },
    token_endpoint_auth_method: 'private_key_jwt',
  }
  const rows: [name: string, changes: unknown, named: string][] = [
    ...[undefined, null, [], CANARY].map((value): [string, unknown, string] => [
      `${value}`,
      value,
      'metadata',
    ]),
    ...SERVER_MEMBERS.map((member): [string, unknown, string] => [member, { [member]: CANARY }, member]),
    ['client_secret removed', { client_secret: null }, 'client_secret'],
    ['a jwks_uri beside the jwks that is there', { jwks_uri: 'https://app.example.com/jwks' }, 'jwks_uri'],
    ['the key taken from a client that needs one', { jwks: null }, 'private_key_jwt'],
    ['redirect_uris javascript:', { redirect_uris: [`javascript:${CANARY}`] }, 'redirect_uris[0]'],
  ]
  for (const [name, changes, named] of rows) {
    test(name, async () => {
      const error = await refusalOf((dcr, origin) =>
        dcr.update({ ...client, registration_client_uri: `${origin}/register/c1` }, changes as never),
      )
      expect(error.message).toContain(named)
    })
  }

  for (const member of ['client_secret', 'redirect_uris']) {
    test(`${member}, before a client of which only the credentials are known is read`, async () => {
      const server = await startScripted()
      const registration_client_uri = `${server.origin}/register/c1`
      const credentials = { client_id: 'c1', registration_access_token: 'rat-1', registration_client_uri }
      const changes = { [member]: CANARY } as never
      const error = await failureOf(connect(server).update(credentials, changes))
      expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
      expect(server.connections).toBe(0)
    })
  }

  test('what the server itself registered does not stand in the way of other changes', async () => {
    const server = await startScripted({ body: { client_id: 'c1' } })
    const registered = {
      ...client,
      registration_client_uri: `${server.origin}/register/c1`,
      logo_uri: '/default-logo.png',
    }
    await connect(server).update(registered, { client_name: 'App' })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ client_name: 'App' })
  })
})
