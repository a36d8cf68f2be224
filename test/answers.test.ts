import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, type Warning } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const CREDENTIALS = { client_id: 'c1', client_secret: 's1', client_secret_expires_at: 0 }
const FULL = {
  ...CREDENTIALS,
  client_id_issued_at: 1_700_000_000,
  registration_access_token: 'rat-1',
  registration_client_uri: 'https://as.example.com/register/c1',
  ...METADATA,
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  require_auth_time: false,
}

/** A client of the server, and the warnings it was given: `code member`. */
function connect(server: ScriptedServer) {
  const warnings: string[] = []
  const onWarning = ({ code, member }: Warning) => void warnings.push(member ? `${code} ${member}` : code)
  return { dcr: new DcrClient(server.metadata, { allowInsecureRequests: true, onWarning }), warnings }
}

describe('an answer that registers a client', () => {
  interface Row {
    name: string
    status?: number
    headers?: Record<string, string>
    body: unknown
    client: Record<string, unknown>
    warnings?: string[]
  }
  const rows: Row[] = [
    { name: '201 with everything', status: 201, body: FULL, client: FULL },
    { name: '200', status: 200, body: FULL, client: FULL, warnings: ['unexpected_status'] },
    { name: '202 with a client_id', status: 202, body: FULL, client: FULL, warnings: ['unexpected_status'] },
    { name: 'a client_id and nothing else', body: { client_id: 'c1' }, client: { client_id: 'c1' } },
    {
      name: 'null for a secret, a time, URLs and lists',
      body: {
        client_id: 'c1',
        client_secret: null,
        client_secret_expires_at: null,
        registration_access_token: null,
        registration_client_uri: null,
        logo_uri: null,
        contacts: null,
        redirect_uris: null,
        jwks: null,
      },
      client: { client_id: 'c1' },
    },
    { name: 'grant_types null', body: { client_id: 'c1', grant_types: null }, client: { client_id: 'c1' } },
    {
      name: "'' for URLs, {} for a key set and for a member of its own (Ory Hydra)",
      body: {
        client_id: 'c1',
        client_uri: '',
        logo_uri: '',
        policy_uri: '',
        jwks: {},
        contacts: [],
        metadata: {},
        owner: '',
      },
      client: { client_id: 'c1', contacts: [], metadata: {}, owner: '' },
    },
    {
      name: 'a secret without its expiry',
      body: { client_id: 'c1', client_secret: 's1' },
      client: { client_id: 'c1', client_secret: 's1' },
      warnings: ['missing_member client_secret_expires_at'],
    },
    {
      name: 'the expiry null',
      body: { ...CREDENTIALS, client_secret_expires_at: null },
      client: { client_id: 'c1', client_secret: 's1' },
      warnings: ['missing_member client_secret_expires_at'],
    },
    {
      name: 'the expiry "0"',
      body: { ...CREDENTIALS, client_secret_expires_at: '0' },
      client: CREDENTIALS,
      warnings: ['converted_member client_secret_expires_at'],
    },
    {
      name: 'the expiry in milliseconds',
      body: { ...CREDENTIALS, client_secret_expires_at: 1_900_000_000_123 },
      client: { ...CREDENTIALS, client_secret_expires_at: 1_900_000_000 },
      warnings: ['converted_member client_secret_expires_at'],
    },
    {
      name: 'the expiry before the epoch',
      body: { ...CREDENTIALS, client_secret_expires_at: -1 },
      client: { client_id: 'c1', client_secret: 's1' },
      warnings: ['ignored_member client_secret_expires_at', 'missing_member client_secret_expires_at'],
    },
    {
      name: 'scope as an array, redirect_uris as a string',
      body: { client_id: 'c1', scope: ['openid', 'email'], redirect_uris: METADATA.redirect_uris[0] },
      client: { client_id: 'c1', scope: 'openid email', ...METADATA },
      warnings: ['converted_member scope', 'converted_member redirect_uris'],
    },
    {
      name: 'booleans as strings',
      body: { client_id: 'c1', require_auth_time: 'true', dpop_bound_access_tokens: 'false' },
      client: { client_id: 'c1', require_auth_time: true, dpop_bound_access_tokens: false },
      warnings: ['converted_member require_auth_time', 'converted_member dpop_bound_access_tokens'],
    },
    {
      name: 'numbers where strings belong, and a string where a number does',
      body: { client_id: 'c1', client_name: 42, software_version: 2.1, default_max_age: '3600' },
      client: { client_id: 'c1', client_name: '42', software_version: '2.1', default_max_age: 3600 },
      warnings: [
        'converted_member client_name',
        'converted_member software_version',
        'converted_member default_max_age',
      ],
    },
    {
      name: 'members beyond use',
      body: { client_id: 'c1', contacts: { first: 'a@example.com' }, require_auth_time: 'yes', jwks: 'none' },
      client: { client_id: 'c1' },
      warnings: ['ignored_member contacts', 'ignored_member require_auth_time', 'ignored_member jwks'],
    },
    {
      name: 'a method with a secret, and no secret',
      body: { client_id: 'c1', token_endpoint_auth_method: 'client_secret_post' },
      client: { client_id: 'c1', token_endpoint_auth_method: 'client_secret_post' },
      warnings: ['missing_member client_secret'],
    },
    {
      name: 'other redirect_uris than asked for',
      body: { client_id: 'c1', redirect_uris: ['https://other.example/cb'] },
      client: { client_id: 'c1', redirect_uris: ['https://other.example/cb'] },
      warnings: ['granted_differs redirect_uris'],
    },
    {
      name: 'members of its own and of other languages',
      body: { client_id: 'c1', 'client_name#ja-Jpan-JP': 'クライアント名', x_tier: { gold: [1, null] } },
      client: { client_id: 'c1', 'client_name#ja-Jpan-JP': 'クライアント名', x_tier: { gold: [1, null] } },
    },
    {
      name: 'a member __proto__',
      body: '{"__proto__":{"isAdmin":true},"client_id":"c1"}',
      client: { client_id: 'c1' },
      warnings: ['ignored_member __proto__'],
    },
    {
      name: 'a secret that is no ASCII and has a space',
      body: { ...CREDENTIALS, client_secret: 'gehe im é' },
      client: { ...CREDENTIALS, client_secret: 'gehe im é' },
    },
    {
      name: 'a registration access token with a line break',
      body: { client_id: 'c1', registration_access_token: 'rat\r\nx-forged: 1' },
      client: { client_id: 'c1' },
      warnings: ['ignored_member registration_access_token'],
    },
    {
      name: 'JSON that says it is HTML',
      headers: { 'content-type': 'text/html; charset=utf-16' },
      body: { client_id: 'c1' },
      client: { client_id: 'c1' },
      warnings: ['unexpected_content_type'],
    },
    {
      name: 'JSON of a narrower type',
      headers: { 'content-type': 'application/vnd.idp.client+json' },
      body: { client_id: 'c1' },
      client: { client_id: 'c1' },
    },
    { name: 'a byte order mark', body: '\ufeff{"client_id":"c1"}', client: { client_id: 'c1' } },
    {
      name: 'gzip',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify(FULL)),
      client: FULL,
    },
  ]

  for (const { name, status = 201, headers = {}, body, client, warnings: expected = [] } of rows) {
    test(name, async () => {
      const server = await startScripted({ status, headers, body })
      const { dcr, warnings } = connect(server)
      const registered = await dcr.register(METADATA)
      expect(registered).toEqual(client)
      expect(Object.keys(registered).sort()).toEqual(Object.keys(client).sort())
      expect(Object.getPrototypeOf(registered)).toBe(Object.prototype)
      expect(warnings).toEqual(expected)
      expect(server.requests).toHaveLength(1)
    })
  }

  test('nested deeper than anyone can follow is not lost', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const server = await startScripted({ status: 201, body: `{"client_id":"c1","x_tier":${deep}}` })
    const { dcr } = connect(server)
    const kept = await dcr
      .register({ ...METADATA, x_tier: ['gold'] } as object)
      .catch((error) => error.client)
    expect(kept).toMatchObject({ client_id: 'c1' })
  })
})

describe('an answer to a client that exists', () => {
  const known = (server: ScriptedServer): ClientInformation => ({
    ...FULL,
    registration_client_uri: `${server.origin}/register/c1`,
  })

  test.each(['get', 'update'] as const)('%s: another client', async (operation) => {
    const body = { ...FULL, client_id: 'c2' }
    const server = await startScripted({ body })
    const { dcr } = connect(server)
    const error = await failureOf(dcr[operation](known(server), {}))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    expect(error.client).toEqual(body)
  })

  test.each(['get', 'update'] as const)('%s: deviations are read as in a registration', async (operation) => {
    const server = await startScripted({ body: { client_id: 'c1', scope: ['a', 'b'], logo_uri: '' } })
    const { dcr, warnings } = connect(server)
    const client = await dcr[operation](known(server), {})
    expect(client).toMatchObject({ client_id: 'c1', scope: 'a b' })
    expect(client).not.toHaveProperty('logo_uri')
    expect(warnings).toContain('converted_member scope')
    expect(server.requests).toHaveLength(1)
  })

  const deleted: { name: string; answer: Step }[] = [
    { name: '204', answer: { status: 204 } },
    { name: '200 without a body', answer: { status: 200 } },
    { name: '200 with JSON', answer: { body: { deleted: true } } },
    { name: '200 with HTML', answer: { headers: { 'content-type': 'text/html' }, body: '<p>gone' } },
    { name: '200 with Latin-1', answer: { body: Buffer.from('gelöscht', 'latin1') } },
    { name: '200 with 300 KiB', answer: { body: 'x'.repeat(300 * 1024) } },
  ]
  for (const { name, answer } of deleted) {
    test(`delete: ${name}`, async () => {
      const server = await startScripted(answer)
      await expect(connect(server).dcr.delete(known(server))).resolves.toBeUndefined()
      expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['DELETE /register/c1'])
    })
  }
})
