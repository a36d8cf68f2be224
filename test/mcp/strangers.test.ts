import { describe, expect, test } from 'vitest'
import { type CredentialStore, memoryStore } from '../../src/index.js'
import { McpRegistrar } from '../../src/mcp/node.js'
import { hydra } from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { challenging, METADATA, open, startResource } from './set-up.js'

/* What a resource, or a server that it names, may say to the harm of others. */

describe('scopes of a stranger', () => {
  test('replace no client where it cannot be changed', async () => {
    const server = await startAuthorizationServer({ management: [] })
    const [good, bad] = [await startResource(server.origin), await startResource(server.origin)]
    good.document.scopes_supported = ['files:read']
    const { registrar } = open()
    const { client } = await registrar.ensureForResource(good.url, METADATA)

    for (const scope of ['a', 'b', 'c']) {
      const challenge = `Bearer scope="${scope}"`
      const ensured = await registrar.ensureForResource(bad.url, METADATA, { challenge })
      expect(ensured.client).toEqual(client)
    }

    expect(server.asked).toBe('POST')
    expect(await registrar.orphans()).toEqual([])
  })

  test('are registered as far as they are scopes, and no more than some thousand characters of them', async () => {
    const server = await startAuthorizationServer()
    const resource = await startResource(server.origin)
    const many = Array.from({ length: 2000 }, (_, index) => `scope-${index}`)
    resource.document.scopes_supported = ['a b', 'quo"te', 'back\\slash', 'nul\0', 'é', ...many]

    const { scope } = await open().registrar.ensureForResource(resource.url, METADATA)

    expect(scope).toMatch(/^a b scope-0 scope-1 /)
    expect(scope?.length).toBeLessThanOrEqual(4096)
    expect(server.sent('POST')).toEqual([expect.objectContaining({ scope })])
  })
})

describe('a document that is not where the owner of the origin publishes', () => {
  test('cannot claim what is above the resource', async () => {
    const elsewhere = await startResource()
    const resource = await startResource()
    elsewhere.answers.set('/meta', { body: { resource: `${resource.origin}/`, authorization_servers: [] } })
    resource.answers.clear()
    resource.answers.set('/mcp', challenging(`Bearer resource_metadata="${elsewhere.origin}/meta"`))

    const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

    expect(error.code).toBe('resource_mismatch')
  })
})

describe('an identifier that is not written as what it is', () => {
  test.each([
    ['a user', (url: string) => url.replace('http://', 'http://user:pass@')],
    ['a fragment', (url: string) => `${url}#part`],
    ['spaces', (url: string) => ` ${url}\n`],
    ['dots', (url: string) => url.replace('/mcp', '/x/../mcp')],
    ['a backslash', (url: string) => url.replace('/mcp', '\\mcp')],
  ])('with %s is refused', async (_name, write) => {
    const { origin } = await startAuthorizationServer()
    const resource = await startResource(origin)
    resource.document.resource = write(resource.url)

    const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

    expect(error.code).toBe('resource_mismatch')
  })
})

describe('an authorization server that is not what it says', () => {
  test('with two slashes for one is another issuer, and asked once', async () => {
    const server = await startAuthorizationServer()
    server.options.metadata = { issuer: `${server.origin}//` }
    const resource = await startResource(`${server.origin}/`)

    const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

    expect(error.code).toBe('issuer_mismatch')
    expect(server.asked).toBe('')
  })

  test.each(['authorization_endpoint', 'token_endpoint'])(
    'whose %s is not https is not used',
    async (member) => {
      const { origin, asked } = await startAuthorizationServer({
        metadata: { [member]: 'http://169.254.169.254/latest' },
      })
      const resource = await startResource(origin)

      const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

      expect(error.code).toBe('insecure_url')
      expect(error.message).toContain(member)
      expect(asked).toBe('')
    },
  )
})

test('many that refuse are each asked once', async () => {
  const servers = await Promise.all(Array.from({ length: 5 }, () => startAuthorizationServer()))
  for (const server of servers) server.refuse('POST', { status: 403 })
  const resource = await startResource(...servers.map(({ origin }) => origin))

  const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

  expect(error.code).toBe('forbidden')
  expect(servers.map(({ asked }) => asked)).toEqual(Array(5).fill('POST'))
})

test('the deadline of several that are silent is told as such', async () => {
  const servers = [await startResource(), await startResource()]
  for (const { answers } of servers) {
    for (const place of ['oauth-authorization-server', 'openid-configuration'])
      answers.set(`/.well-known/${place}`, 'never answer')
  }
  const resource = await startResource(...servers.map(({ origin }) => origin))

  const error = await failureOf(open({ timeout: 500 }).registrar.ensureForResource(resource.url, METADATA))

  expect(error.code).toBe('timeout')
})

describe('what the application has', () => {
  test('later counts at a server that was passed over before', async () => {
    const [wary, other] = [await startAuthorizationServer(), await startAuthorizationServer()]
    wary.refuse('POST', { status: 401 })
    const resource = await startResource(wary.origin, other.origin)
    const { registrar } = open()
    expect((await registrar.ensureForResource(resource.url, METADATA)).server.issuer).toBe(other.origin)

    const options = { authorizationServer: wary.origin, initialAccessToken: 'initial-token-of-the-wary' }
    const ensured = await registrar.ensureForResource(resource.url, METADATA, options)

    expect(ensured.server.issuer).toBe(wary.origin)
  })

  test('finds its server among many', async () => {
    const [server] = [await startAuthorizationServer()]
    const nowhere = Array.from({ length: 20 }, (_, index) => `http://127.0.0.1:1/${index}`)
    const resource = await startResource(...nowhere, server.origin)
    const { registrar, warnings } = open()

    const options = { authorizationServer: server.origin }
    const ensured = await registrar.ensureForResource(resource.url, METADATA, options)

    expect(ensured.server.issuer).toBe(server.origin)
    expect(warnings).toContain('ignored_member')
  })

  test('a provider that knows the endpoint is asked for it', async () => {
    const server = await startAuthorizationServer({ metadata: { registration_endpoint: undefined } })
    const resource = await startResource(server.origin)
    const options = { authorizationServer: server.origin, provider: hydra }

    const ensured = await open().registrar.ensureForResource(resource.url, METADATA, options)

    expect(ensured.method).toBe('dynamic_registration')
    expect(server.requests.at(-1)?.url).toBe('/oauth2/register')
  })

  test('of two calls at the same time, each has its own options', async () => {
    const elsewhere = await startAuthorizationServer()
    const metadata = { registration_endpoint: `${elsewhere.origin}/register` }
    const { origin } = await startAuthorizationServer({ metadata })
    const resource = await startResource(origin)
    const options = { authorizationServer: origin, initialAccessToken: 'initial-token-of-the-issuer' }
    const trusting = { ...options, trustedOrigins: [elsewhere.origin] }
    const memory = memoryStore()
    let second: Promise<unknown> | undefined
    const store: CredentialStore = {
      ...memory,
      // The one that is refused comes first, or it would find the client of the other.
      lock: (key, task, signal) =>
        memory.lock(
          key,
          () => {
            second ??= registrar.ensureForResource(resource.url, METADATA, trusting)
            return task()
          },
          signal,
        ),
    }
    const { registrar } = open({ store })

    const first = registrar.ensureForResource(resource.url, METADATA, options)
    const [refused] = await Promise.allSettled([first])
    const [ensured] = await Promise.allSettled([second])

    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'untrusted_origin' } })
    expect(ensured).toMatchObject({ status: 'fulfilled', value: { method: 'dynamic_registration' } })
  })

  test('a fetch that is undefined is none: the guard stays', async () => {
    const registrar = new McpRegistrar({ store: memoryStore(), fetch: undefined })
    const error = await failureOf(registrar.ensureForResource('https://127.0.0.1/mcp', METADATA))
    expect(error.code).toBe('blocked_address')
  })
})

test('what is odd about a document is told once, wherever it was named', async () => {
  const { origin } = await startAuthorizationServer()
  const resource = await startResource(origin)
  const place = '/.well-known/oauth-protected-resource/mcp'
  resource.answers.set(place, { headers: { 'content-type': 'text/plain' }, body: resource.document })
  const { registrar, warnings } = open()

  await registrar.ensureForResource(resource.url, METADATA)

  expect(warnings).toEqual(['unexpected_content_type'])
})
