import { describe, expect, test } from 'vitest'
import { inTime } from '../in-time.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { startScripted } from '../servers/scripted.js'
import { challenging, METADATA, open, type ProtectedResource, startResource } from './set-up.js'

const PLACE = '/.well-known/oauth-protected-resource'

/** How resources tell where their metadata are, each from one that does it by its challenge and by the well-known place. */
const layouts: Record<string, (resource: ProtectedResource) => void> = {
  'a challenge and the well-known place it names': () => {},
  'a challenge without a URL': ({ answers }) => answers.set('/mcp', challenging('Bearer realm="mcp"')),
  'no challenge, as GET is not offered': ({ answers }) => answers.set('/mcp', { status: 405 }),
  'a challenge that names another place': ({ answers, origin, document }) => {
    answers.delete(`${PLACE}/mcp`)
    answers.set('/meta', () => ({ body: document }))
    answers.set('/mcp', challenging(`Bearer error="invalid_token", resource_metadata="${origin}/meta"`))
  },
  'metadata at the root alone': ({ answers, document }) => {
    answers.delete(`${PLACE}/mcp`)
    answers.set('/mcp', { status: 404 })
    answers.set(PLACE, () => ({ body: document }))
  },
  'a page in place of metadata at one place': ({ answers, document }) => {
    answers.set('/mcp', { status: 404 })
    answers.set(`${PLACE}/mcp`, { headers: { 'content-type': 'text/html' }, body: '<!doctype html>' })
    answers.set(PLACE, () => ({ body: document }))
  },
  'a resource that streams what nobody reads': ({ answers }) => answers.set('/mcp', 'drip'),
}

describe('every layout leads to a client', () => {
  test.each(Object.entries(layouts))('%s', async (_name, change) => {
    const authorizationServer = await startAuthorizationServer()
    const resource = await startResource(authorizationServer.origin)
    change(resource)
    const { registrar, warnings } = open()

    const { client, method } = await registrar.ensureForResource(resource.url, METADATA)

    expect(client.client_id).toBe('client-1')
    expect(method).toBe('dynamic_registration')
    expect(authorizationServer.asked).toBe('POST')
    expect(warnings).toEqual([])
    // Nothing is asked twice, and nobody is shown a credential.
    expect(resource.asked).toEqual([...new Set(resource.asked)])
    for (const { headers } of resource.requests) expect(headers).not.toHaveProperty('authorization')
  })
})

test('metadata of what is above the resource will do, and are told of', async () => {
  const authorizationServer = await startAuthorizationServer()
  const resource = await startResource(authorizationServer.origin)
  resource.document.resource = resource.origin
  const { registrar, warnings } = open()

  const ensured = await registrar.ensureForResource(resource.url, METADATA)

  expect(ensured.resource).toBe(resource.origin)
  expect(warnings).toEqual(['resource_differs'])
})

test('a resource without metadata has its authorization server at its own origin', async () => {
  // An authorization server answers 404 to whatever it does not know, as a resource of the first revisions does.
  const { origin } = await startAuthorizationServer()
  const { registrar, warnings } = open()

  const ensured = await registrar.ensureForResource(`${origin}/.well-known/mcp`, METADATA)

  expect(ensured).toMatchObject({ resource: `${origin}/.well-known/mcp`, action: 'register' })
  expect(ensured.server.issuer).toBe(origin)
  expect(warnings).toEqual(['no_resource_metadata'])
})

test('a challenge in hand spares asking the resource', async () => {
  const authorizationServer = await startAuthorizationServer()
  const resource = await startResource(authorizationServer.origin)
  const place = `${resource.origin}${PLACE}/mcp`
  const challenge = `Bearer resource_metadata="${place}", scope="tools:call"`
  const { registrar } = open()

  const ensured = await registrar.ensureForResource(resource.url, METADATA, { challenge })

  expect(ensured.scope).toBe('tools:call')
  expect(resource.asked).not.toContain('/mcp')

  const answer = new Response('', { status: 403, headers: { 'www-authenticate': `${challenge}` } })
  const again = await registrar.ensureForResource(resource.url, METADATA, { challenge: answer })
  expect(again).toMatchObject({ action: 'none', scope: 'tools:call' })
})

test('what is slow and could not change anything is not waited for', async () => {
  const authorizationServer = await startAuthorizationServer()
  const resource = await startResource(authorizationServer.origin)
  resource.answers.set(PLACE, 'never answer')
  const { registrar } = open({ timeout: 8000 })

  // The grace for what goes before is 2 s; what comes after is not waited for at all.
  await inTime(1000, () => registrar.ensureForResource(resource.url, METADATA), 900)
})

test('a query is part of the resource', async () => {
  const authorizationServer = await startAuthorizationServer()
  const resource = await startResource(authorizationServer.origin)
  const url = `${resource.url}?tenant=1`
  resource.answers.set(`${PLACE}/mcp?tenant=1`, {
    body: { resource: url, authorization_servers: [authorizationServer.origin] },
  })
  const { registrar } = open()

  const ensured = await registrar.ensureForResource(url, METADATA)

  expect(ensured.resource).toBe(url)
})

test('a server that is not there is told as what it is', async () => {
  const { origin } = await startScripted()
  const { registrar } = open()
  const url = origin.replace(/\d+$/, '1')

  await expect(registrar.ensureForResource(`${url}/mcp`, METADATA)).rejects.toMatchObject({
    code: 'network_error',
    outcome: 'not_sent',
  })
})
