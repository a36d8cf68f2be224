import { getResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type DiscoveryLayout,
  type ReferenceServerOptions,
  referenceServer,
} from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

function start(options?: ReferenceServerOptions) {
  const as = referenceServer(options)
  network.use(...as.handlers)
  return as
}

const ISSUER = 'https://as.example.com/tenant/a'
const URLS: Record<DiscoveryLayout, string> = {
  'oauth-authorization-server': 'https://as.example.com/.well-known/oauth-authorization-server/tenant/a',
  'openid-configuration': 'https://as.example.com/tenant/a/.well-known/openid-configuration',
  'openid-configuration-inserted': 'https://as.example.com/.well-known/openid-configuration/tenant/a',
  'oauth-authorization-server-appended':
    'https://as.example.com/tenant/a/.well-known/oauth-authorization-server',
}
const LAYOUTS = Object.keys(URLS) as DiscoveryLayout[]

describe('layouts of an issuer with a path', () => {
  test.each(LAYOUTS)('only %s is served when it is the only one', async (layout) => {
    start({ issuer: ISSUER, layouts: [layout] })
    for (const [other, url] of Object.entries(URLS)) {
      const response = await fetch(url)
      expect([other, response.status]).toEqual([other, other === layout ? 200 : 404])
      if (other === layout) expect(await response.json()).toMatchObject({ issuer: ISSUER })
    }
  })

  test('by default, all but the one that is in no specification', async () => {
    start({ issuer: ISSUER })
    const statuses = await Promise.all(LAYOUTS.map(async (layout) => (await fetch(URLS[layout])).status))
    expect(statuses).toEqual([200, 200, 200, 404])
  })

  test('endpoints lie below the path', async () => {
    const as = start({ issuer: ISSUER })
    const metadata = await (await fetch(URLS['openid-configuration'])).json()
    expect(metadata).toEqual(as.metadata)
    expect(metadata).toMatchObject({
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: `${ISSUER}/register`,
    })
    const body = JSON.stringify({ redirect_uris: ['https://app.example/cb'] })
    const response = await fetch(metadata.registration_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const client = await response.json()
    expect(client.registration_client_uri).toBe(`${ISSUER}/register/${client.client_id}`)
  })
})

test('without a path, inserted and appended are one URL, served when either layout is on', async () => {
  for (const layout of ['openid-configuration', 'openid-configuration-inserted'] as const) {
    start({ layouts: [layout] })
    const found = await fetch('https://as.example.com/.well-known/openid-configuration')
    const missing = await fetch('https://as.example.com/.well-known/oauth-authorization-server')
    expect([found.status, missing.status]).toEqual([200, 404])
  }
})

test('a terminating slash stays in the issuer and in nothing else', async () => {
  const as = start({ issuer: 'https://as.example.com/op/' })
  const response = await fetch('https://as.example.com/.well-known/oauth-authorization-server/op')
  expect(response.status).toBe(200)
  expect(as.metadata).toMatchObject({
    issuer: 'https://as.example.com/op/',
    registration_endpoint: 'https://as.example.com/op/register',
  })
})

test('an issuer with characters that mean something in a pattern', async () => {
  const as = referenceServer({ issuer: 'https://as.example.com:8443/a.b/(c)/*/:d/$' })
  const url = 'https://as.example.com:8443/.well-known/oauth-authorization-server/a.b/(c)/*/:d/$'
  expect((await getResponse(as.handlers, new Request(url)))?.status).toBe(200)
  for (const [part, other] of [
    ['a.b', 'aXb'],
    ['(c)', 'c'],
    ['*', 'x'],
    [':d', 'x'],
  ] as const) {
    expect(await getResponse(as.handlers, new Request(url.replace(part, other)))).toBeUndefined()
  }
})

test('the document is JSON, and other methods find nothing', async () => {
  start()
  const url = 'https://as.example.com/.well-known/oauth-authorization-server'
  const response = await fetch(url)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect((await fetch(url, { method: 'POST' })).status).toBe(404)
})

test('metadata is merged, undefined removes', async () => {
  const as = start({
    metadata: { service_documentation: 'https://docs.example', jwks_uri: undefined, scopes_supported: ['a'] },
  })
  const metadata = await (await fetch('https://as.example.com/.well-known/openid-configuration')).json()
  expect(metadata).toMatchObject({
    issuer: 'https://as.example.com',
    service_documentation: 'https://docs.example',
    scopes_supported: ['a'],
  })
  for (const seen of [metadata, as.metadata]) expect(seen).not.toHaveProperty('jwks_uri')
})

test('metadata may lie about the issuer', async () => {
  const as = start({ metadata: { issuer: 'https://evil.example' } })
  expect(as.issuer).toBe('https://as.example.com')
  const metadata = await (await fetch('https://as.example.com/.well-known/openid-configuration')).json()
  expect(metadata.issuer).toBe('https://evil.example')
})

test('an issuer that is no URL is refused at once', () => {
  expect(() => referenceServer({ issuer: 'as.example.com' })).toThrow(TypeError)
})
