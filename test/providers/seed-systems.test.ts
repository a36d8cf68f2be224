import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  clientSecretBasic,
  clientSecretPost,
  DcrClient,
  type DcrClientOptions,
  discover,
  memoryStore,
  metadataOf,
  registrationToken,
  storeKey,
  type Warning,
} from '../../src/index.js'
import { awork, hydra, simpleIdServer } from '../../src/providers/index.js'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'
import { failureOf } from '../failure-of.js'

const web = {
  redirect_uris: ['https://app.example.com/cb'],
  client_name: 'App',
  scope: 'openid offline_access',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
}

/** The server on a network of its own, for one block of tests. */
function subject(options: ReferenceServerOptions) {
  const as = referenceServer(options)
  const network = setupServer(...as.handlers)
  const warnings: Warning[] = []
  beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
  afterEach(() => {
    as.reset()
    warnings.length = 0
  })
  afterAll(() => network.close())
  const told = (code: string) =>
    warnings.filter((warning) => warning.code === code).map(({ member }) => member)
  const connect = async (more: DcrClientOptions) =>
    new DcrClient(await discover(as.issuer), { onWarning: (warning) => warnings.push(warning), ...more })
  /** What was sent to the endpoints about clients: the method and the JSON, or form, of each request. */
  const sent = () =>
    as.requests
      .filter(({ operation }) => ['register', 'read', 'update', 'delete'].includes(`${operation}`))
      .map(({ method, body }) => [method, body])
  return { as, connect, told, sent }
}

describe('Ory Hydra', () => {
  const { as, connect, told, sent } = subject({ like: 'hydra', issuer: 'https://hydra.example.com' })

  test('the whole life: registered, read, updated twice with what the last answer gave, deleted', async () => {
    const store = memoryStore()
    const dcr = await connect({ provider: hydra, store })
    const client = await dcr.register({ ...web, contacts: ['a@example.com'] })
    expect(client.client_secret?.length).toBeGreaterThan(10)
    expect(client).not.toHaveProperty('client_uri')
    expect(client).not.toHaveProperty('jwks')
    expect(client.registration_client_uri).toBe(
      `https://hydra.example.com/oauth2/register/${client.client_id}`,
    )

    const read = await dcr.get(client)
    expect(read.registration_access_token).toBe(client.registration_access_token)
    expect(read.registration_client_uri).toBe(client.registration_client_uri)
    expect(read.client_secret).toBe(client.client_secret)

    const updated = await dcr.update(read, { client_name: 'App 2' })
    expect(updated.registration_access_token).not.toBe(client.registration_access_token)
    expect(updated.registration_client_uri).toBe(client.registration_client_uri)
    expect(updated.client_secret).toBe(client.client_secret)
    expect((await store.get(storeKey(as.issuer, client.client_id)))?.client).toEqual(updated)

    const again = await dcr.update(updated, { contacts: null, tos_uri: 'https://app.example.com/tos' })
    expect(again).toMatchObject({ ...web, client_name: 'App 2', tos_uri: 'https://app.example.com/tos' })
    expect(again).not.toHaveProperty('contacts')

    await dcr.delete(again)
    expect(as.clients.size).toBe(0)
    expect(await store.list()).toEqual([])
    for (const [, body] of sent().filter(([method]) => method === 'PUT')) {
      const members = Object.keys(JSON.parse(`${body}`))
      for (const refused of [
        'client_secret',
        'metadata',
        'created_at',
        'jwks',
        'owner',
        'registration_access_token',
      ])
        expect(members).not.toContain(refused)
      expect(`${body}`).not.toMatch(/null|:""/)
    }
    expect(told('granted_differs')).toEqual([])
  })

  test('the endpoint, or the base URL, given in place of discovery', async () => {
    const issuer = as.issuer
    for (const server of [{ issuer }, { issuer, registration_endpoint: `${issuer}/oauth2/register` }]) {
      const client = await new DcrClient(server, { provider: hydra }).register(web)
      expect(client.client_id).not.toBe('')
    }
    const wrong = { issuer, registration_endpoint: `${issuer}/clients` }
    expect(() => new DcrClient(wrong, { provider: hydra })).toThrow(
      /path matches .* of this server is \/clients/,
    )
  })

  test('without the profile: nothing is advertised, and that is said', async () => {
    const error = await failureOf((await connect({})).register(web))
    expect(error).toMatchObject({ code: 'registration_not_supported', outcome: 'not_sent' })
  })

  test('a wrong token and an unknown client are told alike, and the client is kept', async () => {
    const dcr = await connect({ provider: hydra })
    const client = await dcr.register(web)
    for (const wrong of [{ ...client, registration_access_token: 'ory_at_wrong' }, client]) {
      if (wrong === client) as.forget(client.client_id)
      const error = await failureOf(dcr.get(wrong))
      expect(error).toMatchObject({
        code: 'unauthorized',
        status: 401,
        error: 'The request could not be authorized',
      })
      expect(error.message).toContain('a wrong token and of an unknown client alike')
    }
  })

  test('durations stay text, on a way there and back', async () => {
    const dcr = await connect({ provider: hydra })
    const lifespan = { authorization_code_grant_access_token_lifespan: '1h30m' }
    const client = await dcr.register({ ...web, ...lifespan } as typeof web)
    expect(client).toMatchObject({ authorization_code_grant_access_token_lifespan: '1h30m0s' })
    expect(await dcr.update(client, { client_name: 'B' })).toMatchObject({
      authorization_code_grant_access_token_lifespan: '1h30m0s',
    })
  })
})

describe('Ory Hydra, switched off', () => {
  const { connect } = subject({ like: 'hydra', issuer: 'https://off.example.com', registration: 'disabled' })

  test('it is said in those words', async () => {
    const error = await failureOf((await connect({ provider: hydra })).register(web))
    expect(error).toMatchObject({ code: 'not_found', status: 404, outcome: 'rejected' })
    expect(error.message).toContain('Dynamic registration is not enabled; ')
    expect(error.message).toContain('dynamic registration is switched off there')
  })
})

describe('Ory Hydra, managed as its documents describe it', () => {
  const { as, connect } = subject({
    like: 'hydra',
    issuer: 'https://hydra.example.com',
    manageWith: ['client_secret'],
  })

  test.each([
    ['client_secret_basic', 'in the header'],
    ['client_secret_post', 'in the query'],
  ])('%s: %s', async (token_endpoint_auth_method, where) => {
    const dcr = await connect({ provider: hydra, manageWith: 'client_secret' })
    const client = await dcr.register({ ...web, token_endpoint_auth_method })
    expect(client.registration_access_token).toBeUndefined()
    const updated = await dcr.update(await dcr.get(client), { client_name: 'App 2' })
    expect(updated).toMatchObject({ client_name: 'App 2', client_secret: client.client_secret })
    await dcr.delete(updated)
    expect(as.clients.size).toBe(0)
    const managing = as.requests.filter(({ url }) => url.includes(client.client_id))
    expect(managing).toHaveLength(3)
    for (const { headers, url } of managing) {
      const { client_id, client_secret = '' } = client
      const basic = `Basic ${btoa(`${client_id}:${encodeURIComponent(client_secret)}`)}`
      expect(headers.authorization).toBe(where === 'in the header' ? basic : undefined)
      expect(new URL(url).searchParams.get('client_secret')).toBe(
        where === 'in the query' ? client_secret : null,
      )
    }
  })
})

describe('SimpleIdServer', () => {
  const registrar = {
    client_id: 'registerClient',
    client_secret: 'pass+word%',
    scope: 'register',
  }
  const basic = { ...registrar, client_id: 'basic', token_endpoint_auth_method: 'client_secret_basic' }
  const { as, connect, told, sent } = subject({
    like: 'simpleidserver',
    issuer: 'https://sid.example.com/master',
    tokenClients: [registrar, basic],
  })
  const withToken = async (more: DcrClientOptions = {}) => {
    const initialAccessToken = registrationToken(await discover(as.issuer), clientSecretPost(registrar))
    return connect({ provider: simpleIdServer, initialAccessToken, ...more })
  }

  test('the whole life, in a realm: token, registered, read, updated by a form, deleted', async () => {
    const dcr = await withToken()
    const client = await dcr.register({ ...web, scope: 'openid profile', 'client_name#fr': 'Appli' })
    expect(client.registration_client_uri).toBe(`https://sid.example.com/${client.client_id}`)
    expect(client).not.toHaveProperty('client_secret_expires_at')
    expect(told('missing_member')).toEqual(['client_secret_expires_at'])

    const read = await dcr.get(client)
    expect(read).toEqual(client)
    const updated = await dcr.update(read, {
      redirect_uris: ['https://app.example.com/1', 'https://app.example.com/2'],
    })
    expect(updated.redirect_uris).toEqual(['https://app.example.com/1', 'https://app.example.com/2'])
    expect(updated.grant_types).toEqual(web.grant_types)
    expect(updated.registration_access_token).toBe(client.registration_access_token)
    await dcr.delete(updated)
    expect(as.clients.size).toBe(0)
    const [, form] = sent().find(([method]) => method === 'PUT') ?? []
    expect(new URLSearchParams(`${form}`).getAll('redirect_uris')).toHaveLength(2)
    expect(as.requests.every(({ url }) => url.startsWith('https://sid.example.com/'))).toBe(true)
  })

  test('what it would fail on is left out and told', async () => {
    const dcr = await withToken()
    const client = await dcr.register({
      ...web,
      contacts: ['a@example.com'],
      software_id: 'x',
      request_uris: [],
    })
    expect(told('left_out_member').sort()).toEqual(['contacts', 'request_uris', 'software_id'])
    await dcr.update(client, { contacts: ['b@example.com'] })
    expect(told('left_out_member')).toHaveLength(4)
  })

  test('a name that an update does not change is told', async () => {
    const dcr = await withToken()
    const client = await dcr.register(web)
    expect((await dcr.update(client, { client_name: 'Other' })).client_name).toBe('App')
    expect(told('granted_differs')).toContain('client_name')
  })

  test('without a token, with a wrong one: unauthorized, whatever its status says', async () => {
    for (const [initialAccessToken, error] of [
      [undefined, 'access_denied'],
      ['wrong', 'invalid_token'],
    ]) {
      const dcr = await connect({ provider: simpleIdServer, initialAccessToken })
      expect(await failureOf(dcr.register(web))).toMatchObject({ code: 'unauthorized', status: 400, error })
    }
  })

  test('the token client authenticates by the method it registered, Basic undecoded', async () => {
    const server = await discover(as.issuer)
    const right = registrationToken(server, clientSecretBasic(basic, { encoding: 'raw' }))
    expect((await (await withToken({ initialAccessToken: right })).register(web)).client_id).not.toBe('')
    const wrong = registrationToken(server, clientSecretBasic(registrar))
    const error = await failureOf((await withToken({ initialAccessToken: wrong })).register(web))
    expect(error).toMatchObject({ status: 400, error: 'invalid_client', outcome: 'not_sent' })
    expect(error.message).toContain('got no token')
  })

  test('a client that is gone is a 404 with nothing in it; a wrong token a 401', async () => {
    const dcr = await withToken()
    const client = await dcr.register(web)
    const wrong = await failureOf(dcr.get({ ...client, registration_access_token: 'wrong' }))
    expect(wrong).toMatchObject({ code: 'unauthorized', status: 401 })
    expect(wrong).not.toHaveProperty('error')
    as.forget(client.client_id)
    expect(await failureOf(dcr.delete(client))).toMatchObject({
      code: 'not_found',
      status: 404,
      outcome: 'rejected',
    })
  })

  test('without the profile the wrong URI is called, and nothing is lost', async () => {
    const dcr = await withToken({ provider: undefined })
    const client = await dcr.register(web)
    expect(await failureOf(dcr.get(client))).toMatchObject({ code: 'not_found', outcome: 'rejected' })
    expect(as.clients.size).toBe(1)
  })
})

describe('awork', () => {
  const { as, connect, told } = subject({ like: 'awork', issuer: 'https://api.awork.example' })

  test('registered; changed by registering another; the first one stays', async () => {
    const dcr = await connect({ provider: awork })
    const client = await dcr.register({ ...web, token_endpoint_auth_method: 'none' })
    expect(client).toMatchObject({ ...web, token_endpoint_auth_method: 'none', client_secret_expires_at: 0 })
    expect(client).not.toHaveProperty('client_secret')
    expect(client).not.toHaveProperty('logo_uri')

    for (const operation of ['get', 'update', 'delete'] as const) {
      const error = await failureOf(dcr[operation](client, {}))
      expect(error).toMatchObject({ code: 'management_not_supported', outcome: 'not_sent' })
      expect(error.message.includes('dcr.register(metadataOf(client, changes))')).toBe(operation === 'update')
    }
    const successor = await dcr.register(
      metadataOf(client, { redirect_uris: ['https://app.example.com/new'] }),
    )
    expect(successor).toMatchObject({ ...web, redirect_uris: ['https://app.example.com/new'] })
    expect(successor.client_id).not.toBe(client.client_id)
    expect(as.clients.size).toBe(2)
    expect(told('left_out_member')).toEqual([])
  })

  test('a client that has no client_id is told, with the rest of the answer', async () => {
    as.fault('register', { status: 201, body: { client_id: null, client_secret: 's-1' } })
    const error = await failureOf((await connect({ provider: awork })).register(web))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    expect(error.client).toEqual({ client_id: null, client_secret: 's-1' })
  })

  test('too many requests: when to come back is read off ratelimit-reset', async () => {
    const headers = { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '42' }
    as.fault('register', {
      status: 429,
      headers,
      body: { code: 'too-many-requests', description: 'Slow down' },
    })
    const error = await failureOf((await connect({ provider: awork, timeout: 5000 })).register(web))
    expect(error).toMatchObject({ code: 'rate_limited', retryAfter: 42, error: 'too-many-requests' })
  })

  test('a bearer token is sent where a tenant wants one', async () => {
    await (await connect({ provider: awork, initialAccessToken: 'awork-1' })).register(web)
    expect(as.requests.at(-1)?.headers.authorization).toBe('Bearer awork-1')
  })
})

describe.each([
  ['own', 'unauthorized'],
  ['oauth', 'invalid_token'],
] as const)('awork, where a tenant wants a token, with its errors in the shape "%s"', (errors, error) => {
  const issuer = 'https://api.awork.example'
  const { connect } = subject({ like: 'awork', issuer, registration: 'protected', errors })

  test('a refusal says which and why', async () => {
    const refused = await failureOf((await connect({ provider: awork })).register(web))
    expect(refused).toMatchObject({ code: 'unauthorized', status: 401, outcome: 'rejected', error })
    expect(refused).toHaveProperty('error_description')
  })
})
