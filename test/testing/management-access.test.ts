import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

const WEB = { redirect_uris: ['https://app.example/cb'] }
const POST = { ...WEB, token_endpoint_auth_method: 'client_secret_post' }
const FAILED = { error: 'invalid_client', error_description: 'client authentication failed' }

async function call(method: string, url: string, authorization?: string, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined }
}

async function start(options: ReferenceServerOptions, metadata: object = WEB) {
  const as = referenceServer(options)
  network.use(...as.handlers)
  const client = (await call('POST', `${as.issuer}/register`, undefined, metadata)).body
  return { as, client, uri: client.registration_client_uri }
}

interface Client {
  readonly client_id: string
  readonly client_secret: string
}

function formEncode(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length)
}

function basic({ client_id, client_secret }: Client): string {
  return `Basic ${btoa(`${formEncode(client_id)}:${formEncode(client_secret)}`)}`
}

function query({ client_id, client_secret }: Client): string {
  return `?${new URLSearchParams({ client_id, client_secret })}`
}

describe('by the credentials of the client', () => {
  const options: ReferenceServerOptions = { manageWith: ['client_secret'] }

  test('no registration access token is issued, and no other token is good', async () => {
    const { client, uri } = await start(options)
    expect(client).not.toHaveProperty('registration_access_token')
    expect(uri).toBe(`https://as.example.com/register/${client.client_id}`)
    expect((await call('GET', uri, 'Bearer undefined')).status).toBe(401)
    const bare = await call('GET', uri)
    expect(bare.status).toBe(401)
    expect(bare.headers.get('www-authenticate')).toBe('Basic realm="https://as.example.com"')
  })

  test('client_secret_basic: in the Authorization header, from read to delete', async () => {
    const hostile = (kind: string) => `${kind} +%:&=/?`
    const { as, client, uri } = await start({ ...options, generate: hostile })
    expect((await call('GET', uri, basic(client))).body).toEqual(client)
    const changes = { client_id: client.client_id, ...WEB, client_name: 'New' }
    const updated = await call('PUT', uri, basic(client), changes)
    expect(updated.body).toEqual({ ...client, client_name: 'New' })
    expect((await call('DELETE', uri, basic(client))).status).toBe(204)
    expect(as.clients.size).toBe(0)
  })

  test('client_secret_post: in the query, from read to delete', async () => {
    const hostile = (kind: string) => `${kind} +%:&=/?#`
    const { as, client, uri } = await start({ ...options, generate: hostile }, POST)
    expect((await call('GET', uri + query(client))).body).toEqual(client)
    const changes = { client_id: client.client_id, ...POST, client_name: 'New' }
    const updated = await call('PUT', uri + query(client), undefined, changes)
    expect(updated.body).toEqual({ ...client, client_name: 'New' })
    expect((await call('DELETE', uri + query(client))).status).toBe(204)
    expect(as.clients.size).toBe(0)
  })

  test.each<[string, object, (client: Client) => [string, string | undefined]]>([
    ['a wrong secret', WEB, (client) => ['', basic({ ...client, client_secret: 'x' })]],
    ['a wrong secret in the query', POST, (client) => [query({ ...client, client_secret: 'x' }), undefined]],
    ['another client', WEB, (client) => ['', basic({ ...client, client_id: 'x' })]],
    ['a client_id alone', POST, ({ client_id }) => [`?client_id=${client_id}`, undefined]],
    ['the query for a basic client', WEB, (client) => [query(client), undefined]],
    ['the header for a post client', POST, (client) => ['', basic(client)]],
    [
      'the header for a jwt client',
      { ...WEB, token_endpoint_auth_method: 'client_secret_jwt' },
      (client) => ['', basic(client)],
    ],
  ])('%s: 401', async (_, metadata, present) => {
    const { as, client, uri } = await start(options, metadata)
    const [search, authorization] = present(client)
    const { status, headers, body } = await call('DELETE', uri + search, authorization)
    expect(status).toBe(401)
    expect(body).toEqual(FAILED)
    expect(headers.get('www-authenticate')).toBe(
      'Basic realm="https://as.example.com", error="invalid_client", error_description="client authentication failed"',
    )
    expect(as.clients.get(client.client_id)).toEqual(client)
  })

  test('header and query at once: 400', async () => {
    const { client, uri } = await start(options)
    const { status, body } = await call('GET', uri + query(client), basic(client))
    expect([status, body.error]).toEqual([400, 'invalid_request'])
  })

  test("one client's credentials on another's URL: 401, and both live on", async () => {
    const { as, client } = await start(options)
    const other = (await call('POST', `${as.issuer}/register`, undefined, WEB)).body
    expect((await call('GET', other.registration_client_uri, basic(client))).status).toBe(401)
    expect((await call('GET', client.registration_client_uri, basic(client))).status).toBe(200)
    expect((await call('GET', other.registration_client_uri, basic(other))).status).toBe(200)
  })

  test('an expired secret: 401', async () => {
    let now = 0
    const { client, uri } = await start({ ...options, secretLifetime: 60, now: () => now })
    now = 60_000
    expect((await call('GET', uri, basic(client))).body).toEqual(FAILED)
  })

  test('a renewed secret takes the place of the old one', async () => {
    const { client, uri } = await start({ ...options, renewSecretOnUpdate: true })
    const body = { client_id: client.client_id, ...WEB }
    const renewed = (await call('PUT', uri, basic(client), body)).body
    expect((await call('GET', uri, basic(client))).status).toBe(401)
    expect((await call('GET', uri, basic(renewed))).body).toEqual(renewed)
  })

  test('beside the registration access token, when both are allowed', async () => {
    const { client, uri } = await start({ manageWith: ['registration_access_token', 'client_secret'] })
    expect((await call('GET', uri, basic(client))).body).toEqual(client)
    expect((await call('GET', uri, `Bearer ${client.registration_access_token}`)).body).toEqual(client)
    expect((await call('GET', uri)).headers.get('www-authenticate')).toBe(
      'Bearer realm="https://as.example.com"',
    )
  })

  test('not unless allowed', async () => {
    const { client, uri } = await start({})
    expect((await call('GET', uri, basic(client))).status).toBe(400)
    const post = await start({}, POST)
    expect((await call('GET', post.uri + query(post.client))).status).toBe(401)
  })

  test('not where clients cannot be managed', async () => {
    const { as, client } = await start({ ...options, management: 'none' })
    const { status } = await call('GET', `${as.issuer}/register/${client.client_id}`, basic(client))
    expect(status).toBe(401)
  })
})

describe('by an administrator', () => {
  const options: ReferenceServerOptions = { administratorTokens: ['root', 'spare'] }

  test('any client is read, updated and deleted', async () => {
    const { as, client, uri } = await start(options)
    expect((await call('GET', uri, 'Bearer root')).body).toEqual(client)
    const changes = { client_id: client.client_id, ...WEB, client_name: 'New' }
    const { body } = await call('PUT', uri, 'Bearer spare', changes)
    expect(body.client_name).toBe('New')
    expect(body.registration_access_token).not.toBe(client.registration_access_token)
    expect(as.clients.get(client.client_id)).toEqual(body)
    expect((await call('DELETE', uri, 'Bearer root')).status).toBe(204)
    expect(as.clients.size).toBe(0)
  })

  test('its token is never handed out, and an unknown client does not cost it', async () => {
    const { as, client, uri } = await start({ ...options, manageWith: [] })
    expect(client).not.toHaveProperty('registration_access_token')
    expect((await call('GET', `${as.issuer}/register/unknown`, 'Bearer root')).status).toBe(401)
    expect((await call('GET', uri, 'Bearer root')).body).toEqual(client)
  })

  test('a token that is not among them: 401', async () => {
    const { uri } = await start(options)
    expect((await call('GET', uri, 'Bearer toor')).status).toBe(401)
  })
})
