import { describe, expect, test } from 'vitest'
import { reportText } from '../../src/doctor/index.js'
import { evidenceFor } from '../../src/doctor/provider-marks.js'
import { startResource } from '../mcp/set-up.js'
import { examine, OAUTH, OPENID, said, soundMetadata, startPaths } from './set-up.js'

/* What servers write that no specification has, and what some write to do harm. */

async function examineWith(members: Record<string, unknown>) {
  const answers: Parameters<typeof startPaths>[0] = {}
  const { origin } = await startPaths(answers)
  answers[OAUTH] = { body: { ...soundMetadata(origin), ...members } }
  return examine(origin)
}

test.each(
  [null, true, 7, '', 'text', [], ['a', 7], {}, { toString: 1, valueOf: 1 }, [['a']], 'http://['].map(
    (value) => ({
      shown: JSON.stringify(value),
      value,
    }),
  ),
)('$shown, where anything else belongs', async ({ value }) => {
  const members = Object.keys(soundMetadata('')).filter((member) => member !== 'issuer')
  const others = [
    'jwks_uri',
    'scopes_supported',
    'mfa_challenge_endpoint',
    'client_registration_types_supported',
  ]
  const report = await examineWith(
    Object.fromEntries([...members, ...others].map((member) => [member, value])),
  )
  expect(report.kind).toBe('authorization_server')
  for (const { message } of report.servers[0]?.findings ?? [])
    expect(message).not.toMatch(/\[object|undefined|NaN| by $|: $/)
})

test('a list that is text is not told as if it were absent', async () => {
  const report = await examineWith({
    token_endpoint_auth_methods_supported: 'none client_secret_basic',
    code_challenge_methods_supported: 'S256',
    scopes_supported: 'read write',
  })
  for (const check of ['client_authentication', 'pkce', 'scopes']) expect(said(report, check)).toEqual([])
  expect(said(report, 'required')).toEqual([
    'warning: token_endpoint_auth_methods_supported is not a list of words',
    'warning: code_challenge_methods_supported is not a list of words',
    'warning: scopes_supported is not a list of words',
  ])
})

test('an empty list of methods', async () => {
  const report = await examineWith({ token_endpoint_auth_methods_supported: [] })
  expect(said(report, 'client_authentication')[0]).toMatch(
    /^warning: token_endpoint_auth_methods_supported names no method/,
  )
})

test('lists without end are cut', async () => {
  const many = Array.from({ length: 5000 }, (_, index) => `scope-${index}-${'x'.repeat(40)}`)
  const report = await examineWith({ scopes_supported: many, token_endpoint_auth_methods_supported: many })
  expect(reportText(report).length).toBeLessThan(10_000)
})

describe('no issuer', () => {
  test.each([[undefined], [['https://as.example.com']]])('%j', async (issuer) => {
    const report = await examineWith({ issuer })
    expect(report.next).toEqual(['have the server name its issuer in its metadata (RFC 8414 §2)'])
  })
})

test('a server that fails is not told to be at another place', async () => {
  const failing = { status: 503 }
  const { origin } = await startPaths({ [OAUTH]: failing, [OPENID]: failing })
  expect((await examine(origin)).next).toEqual(['ask again later, or tell its operator: it answers 503'])
})

test.each([
  'https://as.example.com/$(id)',
  'https://as.example.com/;id',
  "https://as.example.com/'$(id)'",
  '$(id)',
])('no step is a command of the server: %s', async (issuer) => {
  const { next } = await examineWith({ issuer })
  // What is in single quotes is text to a shell.
  for (const step of next) expect(step.replace(/'[^']*'/g, '')).not.toContain('id)')
  for (const step of next) expect(step.replace(/'[^']*'/g, '')).not.toContain(';id')
})

test('a path that several servers have is no evidence for one of them', () => {
  const origin = 'https://as.example.com'
  const metadata = { registration_endpoint: `${origin}/oauth2/register` }
  expect(evidenceFor(metadata)).toEqual([])
  const hydras = evidenceFor({ ...metadata, authorization_endpoint: `${origin}/oauth2/auth` })
  expect(hydras.map(({ option, evidence }) => [option, evidence.length])).toEqual([['hydra', 2]])
})

test('endpoints of which there are none', async () => {
  const names = Object.keys(soundMetadata('')).filter((member) => member.endsWith('_endpoint'))
  const report = await examineWith(Object.fromEntries(names.map((member) => [member, undefined])))
  expect(said(report, 'endpoints')).toEqual([])
})

describe('a resource', () => {
  const asked = async (members: Record<string, unknown>) => {
    const resource = await startResource()
    Object.assign(resource.document, members)
    const { resource: found, level } = await examine(resource.url)
    return { level, told: found?.findings.map(({ check, message }) => `${check}: ${message}`) }
  }

  test.each(['https://as.example.com', { 0: 'https://as.example.com' }, 7, true])(
    'whose authorization servers are no list: %j',
    async (authorization_servers) => {
      const { told } = await asked({ authorization_servers })
      expect(told).toContainEqual(
        'authorization_servers: authorization_servers is not a list of URLs (RFC 9728 §2)',
      )
    },
  )

  test('that names what is no URL', async () => {
    const { told, level } = await asked({
      authorization_servers: ['as.example.com', '', 7, 'javascript:alert(1)'],
    })
    expect([level, told]).toEqual([
      'problem',
      expect.arrayContaining([expect.stringContaining('as.example.com')]),
    ])
  })

  test.each([7, null, ['x'], { toString: 1 }])('that has another name for itself: %j', async (resource) => {
    expect((await asked({ resource })).level).toMatch(/^(warning|problem)$/)
  })

  test('with servers without end', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => `http://127.0.0.1:1/${index}`)
    const { told } = await asked({ authorization_servers: many })
    expect(told?.filter((line) => line.startsWith('authorization_servers')).join('').length).toBeLessThan(
      1500,
    )
  })
})

describe('a registration endpoint', () => {
  test.each<[what: string, endpointOf: (origin: string) => unknown, told: string]>([
    [
      'that is not https',
      () => 'http://as.example.com/register',
      'problem: the registration_endpoint cannot be used: it is not https (http://as.example.com/register); http is for loopback addresses only',
    ],
    [
      'with a control character',
      (origin) => `${origin}/register\u001b[31m`,
      'problem: the registration_endpoint cannot be used: it must not have spaces, backslashes, control or invisible characters',
    ],
  ])('%s', async (_what, endpointOf, told) => {
    const answers: Parameters<typeof startPaths>[0] = {}
    const server = await startPaths(answers)
    answers[OAUTH] = {
      body: { ...soundMetadata(server.origin), registration_endpoint: endpointOf(server.origin) },
    }
    const report = await examine(server.origin, { probe: true })
    expect(said(report, 'registration')).toEqual([told])
    expect(said(report, 'probe_register')).toEqual([
      'unknown: there is nowhere to register the client of the probe',
    ])
  })

  test('in a list is told as it is read', async () => {
    const answers: Parameters<typeof startPaths>[0] = {}
    const { origin } = await startPaths(answers)
    answers[OAUTH] = { body: { ...soundMetadata(origin), registration_endpoint: [`${origin}/register`] } }
    expect(said(await examine(origin), 'registration')[0]).toBe(
      `ok: clients are registered at ${origin}/register`,
    )
  })
})

test('an issuer that differs by its capitals is told as it is written', async () => {
  const answers: Parameters<typeof startPaths>[0] = {}
  const { origin } = await startPaths(answers)
  answers[OAUTH] = { body: { ...soundMetadata(origin), issuer: origin.replace('http', 'HTTP') } }
  expect(said(await examine(origin), 'discovery')[0]).toContain(`names the issuer HTTP://127.`)
})
