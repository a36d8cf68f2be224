import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, differences, memoryStore } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { type Step, startScripted } from '../servers/scripted.js'
import { clientsIn } from '../stored-in.js'
import { METADATA } from './calling.js'

/* Strict on identity and credentials, tolerant on the rest: a registration that exists by now is not thrown away. */

const SECRET = 'secret-canary-52e0'
const TOKEN = 'token-canary-88d1'

/** Registers where the answer is this, with a store. */
async function register(answer: object, wanted: object = METADATA) {
  // A whole step has a body; anything else is what is registered.
  const step: Step = 'body' in answer ? answer : { status: 201, body: answer }
  const server = await startScripted(step)
  const store = memoryStore()
  const warnings: string[] = []
  const dcr = new DcrClient(server.metadata, {
    allowInsecureRequests: true,
    store,
    onWarning: ({ code, member = '' }) => warnings.push(`${code} ${member}`.trim()),
  })
  const result: Promise<ClientInformation> = dcr.register(wanted)
  return { server, store, dcr, warnings, result }
}

describe('a registration that is accepted', () => {
  test('J149: with 200, and told', async () => {
    const { result, warnings } = await register({ status: 200, body: { client_id: 'c1' } })
    expect((await result).client_id).toBe('c1')
    expect(warnings).toContain('unexpected_status')
  })

  test('J149: with 202, which promises nothing: it is not sure, and nothing of it is lost', async () => {
    const { result } = await register({ status: 202, body: { client_id: 'c1', client_secret: SECRET } })
    const client = await result.catch((error) => error.client)
    expect(client).toMatchObject({ client_id: 'c1', client_secret: SECRET })
  })

  test.each([['é'], ['with a space'], ['日本語-secret']])(
    'J153: with the secret %j',
    async (client_secret) => {
      const { result } = await register({ client_id: 'c1', client_secret, client_secret_expires_at: 0 })
      expect((await result).client_secret).toBe(client_secret)
    },
  )

  test('J156: a public client that is given a secret has one', async () => {
    const answer = {
      client_id: 'c1',
      client_secret: SECRET,
      client_secret_expires_at: 0,
      token_endpoint_auth_method: 'none',
    }
    const { result } = await register(answer, { ...METADATA, token_endpoint_auth_method: 'none' })
    expect(await result).toMatchObject({ client_secret: SECRET, token_endpoint_auth_method: 'none' })
  })

  test('J157: one that is to have a secret and has none is told', async () => {
    const { result, warnings } = await register({
      client_id: 'c1',
      token_endpoint_auth_method: 'client_secret_basic',
    })
    expect((await result).client_secret).toBeUndefined()
    expect(warnings).toContain('missing_member client_secret')
  })

  test('J158: what was granted in another way is told, member by member', async () => {
    const wanted = {
      ...METADATA,
      grant_types: ['authorization_code'],
      scope: 'a b',
      token_endpoint_auth_method: 'none',
    } as const
    const granted = {
      grant_types: ['implicit'],
      scope: 'a',
      token_endpoint_auth_method: 'client_secret_basic',
    }
    const { result } = await register({ client_id: 'c1', ...METADATA, ...granted }, wanted)
    const told = differences(wanted, await result).map(({ member }) => member)
    expect(told.sort()).toEqual(['grant_types', 'scope', 'token_endpoint_auth_method'])
  })

  test('J161: what nobody knows comes back, and goes on in an update', async () => {
    const unknown = { x_tier: { level: [1] }, 'client_name#ja-Jpan-JP': 'アプリ' }
    const { server, dcr, result } = await register({
      client_id: 'c1',
      ...METADATA,
      ...unknown,
      registration_access_token: TOKEN,
      registration_client_uri: '/register/c1',
    })
    const client = await result
    expect(client).toMatchObject(unknown)
    server.script.push({ body: client })
    await dcr.update(client, { client_name: 'App 2' })
    expect(JSON.parse(server.requests[1]?.body ?? '')).toMatchObject(unknown)
  })

  test.each([
    ['http', 'http://as.example.com/c1', 'insecure_url'],
    ['another origin', 'https://evil.example/c1', 'untrusted_origin'],
    ['another origin, without a scheme', '//evil.example/c1', 'insecure_url'],
  ])(
    'J162: with a registration_client_uri at %s: kept, and not called',
    async (_name, registration_client_uri, code) => {
      const { server, store, dcr, result } = await register({
        client_id: 'c1',
        registration_access_token: TOKEN,
        registration_client_uri,
      })
      const client = await result
      expect(await clientsIn(store)).toEqual([client])
      const error = await failureOf(dcr.get(client))
      expect(error.outcome).toBe('not_sent')
      expect(['untrusted_origin', code]).toContain(error.code)
      expect(server.requests).toHaveLength(1)
    },
  )

  test.each([
    ['registration_access_token', { registration_access_token: TOKEN }, 'management_not_supported'],
    ['registration_client_uri', { registration_client_uri: '/register/c1' }, 'missing_credential'],
  ])('J163: with nothing but a %s to manage it', async (_name, members, code) => {
    const { dcr, result } = await register({ client_id: 'c1', ...members })
    const error = await failureOf(dcr.get(await result))
    expect(error).toMatchObject({ code, outcome: 'not_sent' })
  })

  test('J166: as text/html, and told', async () => {
    const { result, warnings } = await register({
      status: 201,
      headers: { 'content-type': 'text/html' },
      body: '{"client_id":"c1"}',
    })
    expect((await result).client_id).toBe('c1')
    expect(warnings).toContain('unexpected_content_type')
  })

  test.each(['no-store', 'public, max-age=3600', undefined])(
    'J168: with Cache-Control %s: each registration is asked for',
    async (value) => {
      const { server, dcr, result } = await register({
        status: 201,
        headers: value ? { 'cache-control': value } : {},
        body: { client_id: 'c1' },
      })
      await result
      server.script.push({ status: 201, body: { client_id: 'c2' } })
      expect((await dcr.register(METADATA)).client_id).toBe('c2')
    },
  )
})

describe('a registration of which only the client_id is beyond use', () => {
  for (const [name, client_id] of [
    ['missing', undefined],
    ['empty', ''],
    ['a number', 4711],
    ['an object', { id: 'c1' }],
  ] as const) {
    test(`J151: ${name}: refused as done, with all that was told`, async () => {
      const { result } = await register({
        client_id,
        client_secret: SECRET,
        registration_access_token: TOKEN,
      })
      const error = await failureOf(result)
      expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
      expect(error.client).toMatchObject({ client_secret: SECRET, registration_access_token: TOKEN })
    })
  }
})
