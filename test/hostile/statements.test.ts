import { describe, expect, test } from 'vitest'
import { DcrClient, discover } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startScripted } from '../servers/scripted.js'
import { METADATA } from './calling.js'

/* Signed metadata is not believed, software statements pass through, and nothing that they name is called. */

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (header: object, claims: object) => `${encoded(header)}.${encoded(claims)}.`

/** Metadata whose signed copy says that everything is elsewhere. */
async function discovered(header: object) {
  const [home, evil] = [await startScripted(), await startScripted()]
  const claims = {
    issuer: home.origin,
    registration_endpoint: `${evil.origin}/register`,
    jwks_uri: `${evil.origin}/keys`,
  }
  const named = {
    ...header,
    ...('jku' in header && { jku: `${evil.origin}/keys` }),
    ...('x5u' in header && { x5u: `${evil.origin}/chain` }),
  }
  const body = {
    issuer: home.origin,
    registration_endpoint: `${home.origin}/register`,
    signed_metadata: jwt(named, claims),
  }
  home.script.push({ body }, { body })
  return { home, evil, found: await discover(home.origin, { allowInsecureRequests: true }) }
}

describe('signed_metadata changes nothing', () => {
  test.each([
    ['U327: alg none', { alg: 'none' }],
    ['U328: alg None', { alg: 'None' }],
    ['U328: HS256', { alg: 'HS256' }],
    ['U328: RS256', { alg: 'RS256', kid: '1' }],
    ['U328: an unknown crit', { alg: 'RS256', crit: ['x'], x: 1 }],
    ['U328: b64 false', { alg: 'RS256', crit: ['b64'], b64: false }],
    ['U329: jku', { alg: 'RS256', jku: '' }],
    ['U329: x5u', { alg: 'RS256', x5u: '' }],
    ['U329: an embedded key', { alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }],
    ['U331: a claim that differs', { alg: 'RS256' }],
  ])('%s', async (_name, header) => {
    const { home, evil, found } = await discovered(header)
    expect(found.registration_endpoint).toBe(`${home.origin}/register`)
    home.script.push({ status: 201, body: { client_id: 'c1' } })
    await new DcrClient(found, { allowInsecureRequests: true }).register(METADATA)
    expect(evil.connections).toBe(0)
  })
})

describe('what is refused before it is sent', () => {
  const refused = (metadata: object) =>
    failureOf(
      new DcrClient(
        { issuer: 'https://as.example.com', registration_endpoint: 'https://as.example.com/register' },
        { fetch: () => expect.fail('it was sent') },
      ).register({ ...METADATA, ...metadata }),
    )

  test.each([
    ['no JWT', 'opaque-4f7a'],
    ['a JWE', 'a.b.c.d.e'],
    ['1 MB', `a.${'b'.repeat(1_000_000)}.c`],
    ['a line break', 'a.b.c\r\nx: y'],
    ['a line break at its end', 'a.b.c\n'],
  ])('U332: a software_statement that is %s', async (_name, software_statement) => {
    const error = await refused({ software_statement })
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message.length).toBeLessThan(500)
  })

  test('U333: jwks beside jwks_uri', async () => {
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] }
    const error = await refused({ jwks, jwks_uri: 'https://app.example.com/keys' })
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain('jwks_uri')
  })

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'keys', 42])(
    'U334: the jwks_uri %j',
    async (jwks_uri) => {
      expect(await refused({ jwks_uri })).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    },
  )
})

test('U334: a jwks_uri by http is sent, as the server may take it, and told', async () => {
  const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
  const warnings: unknown[] = []
  const dcr = new DcrClient(server.metadata, {
    allowInsecureRequests: true,
    onWarning: ({ code, member }) => warnings.push([code, member]),
  })
  await dcr.register({ ...METADATA, jwks_uri: 'http://app.example.com/keys' })
  expect(warnings).toContainEqual(['questionable_metadata', 'jwks_uri'])
})
