import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, type RequestOptions } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'

const CREDENTIALS = { client_id: 'c1', registration_access_token: 'rat-1' }
const OPERATIONS = ['get', 'update', 'delete'] as const

/** Registers a client at a server that answers with this URI. */
async function register(server: ScriptedServer, registration_client_uri: string, options?: RequestOptions) {
  server.script.push({ status: 201, body: { ...CREDENTIALS, registration_client_uri } })
  const warnings: string[] = []
  const dcr = new DcrClient(server.metadata, {
    allowInsecureRequests: true,
    onWarning: ({ code, member }) => void warnings.push(`${code} ${member}`),
    ...options,
  })
  const client = await dcr.register({ redirect_uris: ['https://app.example.com/cb'] })
  return { dcr, client, warnings }
}

/** An update needs something to start from. */
const named = (client: ClientInformation): ClientInformation => ({ ...client, client_name: 'App' })

describe('a relative registration_client_uri', () => {
  const rows = [
    ['/clients/c1', '/clients/c1'],
    ['register/c1?x=1', '/register/c1?x=1'],
    ['../c1', '/c1'],
  ] as const
  for (const [relative, target] of rows) {
    test(`${relative} is resolved against the endpoint`, async () => {
      const server = await startScripted()
      const { dcr, client, warnings } = await register(server, relative)
      expect(client.registration_client_uri).toBe(`${server.origin}${target}`)
      expect(warnings).toEqual(['converted_member registration_client_uri'])

      server.script.push({ body: CREDENTIALS })
      await dcr.get(client)
      expect(server.requests[1]).toMatchObject({ method: 'GET', url: target })
      expect(server.requests[1]?.headers.authorization).toBe('Bearer rat-1')
    })
  }
})

describe('a registration_client_uri that its credentials must not go to', () => {
  const rows = [
    { name: 'http', uri: () => 'http://as.example.com/register/c1', code: 'insecure_url' },
    { name: 'another origin', uri: (canary: string) => `${canary}/c1`, code: 'untrusted_origin' },
    {
      name: 'another origin, without a scheme',
      uri: (canary: string) => `${canary.replace('http:', '')}/c1`,
      code: 'untrusted_origin',
    },
    { name: 'https at an origin that is not', uri: () => 'https://127.0.0.1/c1', code: 'untrusted_origin' },
    // Of these nothing is kept.
    { name: 'javascript:', uri: () => 'javascript:alert(1)', code: 'management_not_supported' },
    { name: 'file:', uri: () => 'file:///etc/passwd', code: 'management_not_supported' },
    {
      name: 'a password',
      uri: (canary: string) => canary.replace('://', '://user:pass@'),
      code: 'invalid_url',
    },
  ]
  for (const { name, uri, code } of rows) {
    test(`${name}: the client is registered, and cannot be managed`, async () => {
      const [server, canary] = [await startScripted(), await startScripted()]
      const { dcr, client } = await register(server, uri(canary.origin))
      expect(client).toMatchObject(CREDENTIALS)
      for (const operation of OPERATIONS) {
        const error = await failureOf(dcr[operation](named(client), {}))
        expect(error).toMatchObject({ code, outcome: 'not_sent', attempts: 0 })
        expect(error.message).toContain('registration_client_uri')
        expect(error.message).not.toContain('user:pass')
      }
      expect(server.requests).toHaveLength(1)
      expect(canary.connections).toBe(0)
    })
  }

  test('another origin is allowed where the caller trusts it', async () => {
    const [server, canary] = [await startScripted(), await startScripted()]
    const { dcr, client } = await register(server, `${canary.origin}/c1`, { trustedOrigins: [canary.origin] })
    canary.script.push({ body: CREDENTIALS }, { body: CREDENTIALS }, { status: 204 })
    for (const operation of OPERATIONS) await dcr[operation](named(client), {})
    expect(canary.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /c1',
      'PUT /c1',
      'DELETE /c1',
    ])
    expect(server.requests).toHaveLength(1)
  })

  test('the trust of one call does not reach further', async () => {
    const [server, canary] = [await startScripted(), await startScripted({ body: CREDENTIALS })]
    const { dcr, client } = await register(server, `${canary.origin}/c1`)
    await dcr.get(client, { trustedOrigins: [canary.origin] })
    await expect(dcr.get(client)).rejects.toMatchObject({ code: 'untrusted_origin' })
    await expect(
      dcr.get(client, { trustedOrigins: [canary.origin.replace('http:', 'https:')] }),
    ).rejects.toMatchObject({
      code: 'untrusted_origin',
    })
    expect(canary.requests).toHaveLength(1)
  })
})

describe('without a registration_client_uri', () => {
  test.each(OPERATIONS)('%s says that the client cannot be managed', async (operation) => {
    const server = await startScripted()
    const dcr = new DcrClient(server.metadata, { allowInsecureRequests: true })
    const attempt = dcr[operation]({ ...CREDENTIALS, client_name: 'App' }, {})
    await expect(attempt).rejects.toMatchObject({ code: 'management_not_supported', outcome: 'not_sent' })
    expect(server.connections).toBe(0)
  })
})
