import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/index.js'
import { McpRegistrar } from '../../src/mcp/node.js'
import { guardedFetch } from '../../src/node/index.js'
import { failureOf } from '../failure-of.js'
import { failureBy } from '../hostile/calling.js'
import { inTime } from '../in-time.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { startScripted } from '../servers/scripted.js'
import { challenging, METADATA, open, startResource } from './set-up.js'

const PLACE = '/.well-known/oauth-protected-resource'

describe('E073 metadata of another resource', () => {
  test.each([
    ['another origin', 'https://mcp.example.com/mcp'],
    ['another path', '/other'],
    ['what begins alike', '/mc'],
    ['what is below', '/mcp/below'],
    ['a query', '/mcp?tenant=2'],
    ['no URL', 'urn:mcp'],
  ])('%s: it is not used', async (_name, named) => {
    const authorizationServer = await startAuthorizationServer()
    const resource = await startResource(authorizationServer.origin)
    resource.document.resource = named.startsWith('/') ? `${resource.origin}${named}` : named

    const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

    expect(error.code).toBe('resource_mismatch')
    expect(error.outcome).toBe('rejected')
    expect(error.endpoint).toBe(`GET ${resource.origin}${PLACE}/mcp`)
    expect(error.message).toContain(named)
    expect(authorizationServer.requests).toEqual([])
  })
})

test.each([
  ['no JSON object', []],
  ['no resource', { authorization_servers: ['https://as.example.com'] }],
  ['a resource that is no text', { resource: 7 }],
])('a document with %s is passed over', async (_name, body) => {
  const { origin } = await startAuthorizationServer()
  const resource = await startResource()
  resource.answers.set(`${PLACE}/mcp`, { body })
  resource.answers.set(PLACE, { body: { resource: resource.url, authorization_servers: [origin] } })

  const ensured = await open().registrar.ensureForResource(resource.url, METADATA)
  expect(ensured.server.issuer).toBe(origin)
})

test('an issuer that is not the one named', async () => {
  const { origin, requests } = await startAuthorizationServer({
    metadata: { issuer: 'https://as.example.com' },
  })
  const resource = await startResource(origin)

  const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

  expect(error.code).toBe('issuer_mismatch')
  expect(requests.map(({ method }) => method)).not.toContain('POST')
})

test('redirects in circles are not followed', async () => {
  const resource = await startResource()
  for (const path of ['/mcp', PLACE, `${PLACE}/mcp`])
    resource.answers.set(path, { status: 307, headers: { location: `${resource.origin}${path}` } })
  const error = await inTime(
    2500,
    () => failureOf(open().registrar.ensureForResource(resource.url, METADATA)),
    2500,
  )
  expect(error.code).toBe('discovery_failed')
  expect(resource.requests.filter(({ url }) => url === '/mcp')).toHaveLength(1)
})

test('no metadata at all: it is told where they were looked for', async () => {
  const { origin } = await startScripted(...Array(8).fill({ status: 404 }))

  const error = await failureOf(open().registrar.ensureForResource(`${origin}/mcp`, METADATA))

  expect(error).toMatchObject({ code: 'discovery_failed', outcome: 'rejected' })
  expect(error.message).toContain(`${origin}/.well-known/oauth-authorization-server: 404`)
})

test('nobody is kept waiting beyond the deadline', async () => {
  const silent = await startScripted(...Array(12).fill('never answer'))
  const resource = await startResource(silent.origin)
  for (const url of [`${silent.origin}/mcp`, resource.url]) {
    const error = await failureBy(400, (timeout) =>
      open({ timeout }).registrar.ensureForResource(url, METADATA),
    )
    expect(error.code).toBe('timeout')
  }
})

describe('what a stranger names is not connected to', () => {
  /** As on Node, with the guard; what may be called here stands for what is public. */
  const guarded = (...allow: string[]) =>
    new McpRegistrar({
      store: memoryStore(),
      allowInsecureRequests: true,
      fetch: guardedFetch({ allow: allow.map((origin) => origin.replace('http://', '')) }),
    })

  test.each([
    ['http://169.254.169.254/latest/meta-data/', 'insecure_url'],
    ['https://169.254.169.254/latest/meta-data/', 'blocked_address'],
    ['https://[fd00::1]/meta', 'blocked_address'],
    ['https://metadata.google.internal/meta', 'blocked_address'],
    ['file:///etc/passwd', 'invalid_url'],
  ])('E074 by a challenge: %s', async (url, code) => {
    const resource = await startResource()
    resource.answers.clear()
    resource.answers.set('/mcp', challenging(`Bearer resource_metadata="${url}"`))

    const error = await failureOf(guarded(resource.origin).ensureForResource(resource.url, METADATA))

    expect(error).toMatchObject({ code, outcome: 'not_sent' })
  })

  test.each(['https://10.0.0.1', 'https://192.168.1.1:8443', 'https://[::1]'])(
    'E076 by the metadata of the resource: %s',
    async (issuer) => {
      const resource = await startResource(issuer)

      const error = await failureOf(guarded(resource.origin).ensureForResource(resource.url, METADATA))

      expect(error).toMatchObject({ code: 'blocked_address', outcome: 'not_sent' })
    },
  )

  test('by the metadata of the authorization server', async () => {
    const metadata = { registration_endpoint: 'https://10.0.0.1/register' }
    const { origin } = await startAuthorizationServer({ metadata })
    const resource = await startResource(origin)

    const error = await failureOf(guarded(resource.origin, origin).ensureForResource(resource.url, METADATA))

    expect(error).toMatchObject({ code: 'blocked_address', outcome: 'not_sent' })
  })

  test('on Node without being asked for', async () => {
    const error = await failureOf(
      new McpRegistrar({ store: memoryStore() }).ensureForResource('https://127.0.0.1/mcp', METADATA),
    )
    expect(error.code).toBe('blocked_address')
  })

  test('but this machine, where insecure requests are allowed', async () => {
    const { origin } = await startAuthorizationServer()
    const resource = await startResource(origin)
    const registrar = new McpRegistrar({ store: memoryStore(), allowInsecureRequests: true })

    expect(await registrar.ensureForResource(resource.url, METADATA)).toMatchObject({ action: 'register' })
  })

  test('and a fetch of the application counts for more', async () => {
    const { origin } = await startAuthorizationServer()
    const resource = await startResource(origin)
    const urls: string[] = []
    const counting = (request: Request) => {
      urls.push(request.url)
      return fetch(request)
    }
    const registrar = new McpRegistrar({
      store: memoryStore(),
      allowInsecureRequests: true,
      fetch: counting,
    })
    await registrar.ensureForResource(resource.url, METADATA)
    expect(urls).toEqual(expect.arrayContaining([resource.url, `${origin}/register`]))
  })
})
