import { expect, test } from 'vitest'
import { reportText } from '../../src/doctor/index.js'
import { challenging, startResource } from '../mcp/set-up.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { examine, OAUTH, soundMetadata } from './set-up.js'

/* A URL that is a protected resource, such as an MCP server, and the authorization servers that it names. */

const PLACE = '/.well-known/oauth-protected-resource'

test('a resource is told as one, and each of its servers is diagnosed', async () => {
  const server = await startAuthorizationServer()
  const resource = await startResource(server.origin, 'http://elsewhere.example.com')
  const report = await examine(resource.url)
  expect(report.kind).toBe('protected_resource')
  expect(report.servers.map(({ issuer }) => issuer)).toEqual([server.origin, 'http://elsewhere.example.com'])
  const text = reportText(report).replaceAll(resource.origin, 'RESOURCE').replaceAll(server.origin, 'SERVER')
  expect(text).toContain(`The resource
  GET RESOURCE/mcp: 401, with a challenge
  GET RESOURCE${PLACE}/mcp: 200, metadata
  GET RESOURCE${PLACE}: 404
  ok       challenge              without a token it answers 401, and names its metadata
  ok       resource_metadata      the metadata of RESOURCE${PLACE}/mcp are taken
  ok       authorization_servers  its authorization servers: SERVER, http://elsewhere.example.com

The authorization server SERVER
`)
  expect(report.servers[1]?.findings).toMatchObject([{ check: 'discovery', level: 'problem' }])
})

test('credentials are for one server, and go to none that a resource names', async () => {
  const server = await startAuthorizationServer()
  const resource = await startResource(server.origin)
  const report = await examine(resource.url, { probe: true, initialAccessToken: 'token-0123456789' })
  expect(report.resource?.findings.at(-1)).toMatchObject({ check: 'probe_register', level: 'unknown' })
  expect(server.sent('POST')).toEqual([])
  expect(server.requests.filter(({ headers }) => headers.authorization)).toEqual([])
  expect((await examine(resource.url, { probe: true })).level).toBe('warning')
  expect([server.sent('POST').length, server.clients.size]).toEqual([1, 0])
})

test('metadata of another resource', async () => {
  const resource = await startResource()
  resource.document.resource = 'https://other.example.com/mcp'
  const { resource: found } = await examine(resource.url)
  expect(found?.findings.filter(({ level }) => level === 'problem').map(({ message }) => message)).toEqual([
    `${resource.origin}${PLACE}/mcp is about the resource https://other.example.com/mcp, not about this one: it must not be used (RFC 9728 §3.3)`,
  ])
})

test('a resource without metadata has its server at its origin', async () => {
  const resource = await startResource()
  resource.answers.clear()
  resource.answers.set('/mcp', challenging('Bearer realm="mcp"'))
  resource.answers.set(OAUTH, { body: soundMetadata(resource.origin) })
  const report = await examine(resource.url)
  expect([report.kind, report.level, report.servers.map(({ issuer }) => issuer)]).toEqual([
    'protected_resource',
    'warning',
    [resource.origin],
  ])
})
