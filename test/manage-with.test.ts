import { describe, expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  clientSecretPost,
  DcrClient,
  type DcrClientOptions,
  registrationToken,
} from '../src/index.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const DONE: Step = { body: { client_id: 'c1' } }
const SECRET = 'p+q/r=s:t&u é'
const METHODS = { get: 'GET', update: 'PUT', delete: 'DELETE' } as const
const OPERATIONS = ['get', 'update', 'delete'] as const

const connect = (server: ScriptedServer, options: DcrClientOptions) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true, ...options })

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  client_secret: SECRET,
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/clients/c1?tenant=a`,
  ...METADATA,
})

describe('with the client_secret', () => {
  const options = { manageWith: 'client_secret' } as const

  for (const operation of OPERATIONS) {
    for (const method of ['client_secret_basic', undefined]) {
      test(`${operation}: ${method ?? 'no method'}: in the Authorization header, form-encoded`, async () => {
        const server = await startScripted(DONE)
        const client = { ...known(server), ...(method && { token_endpoint_auth_method: method }) }
        await connect(server, options)[operation](client, {})
        const [request] = server.requests
        expect(request).toMatchObject({ method: METHODS[operation], url: '/clients/c1?tenant=a' })
        const [scheme, value = ''] = request?.headers.authorization?.split(' ') ?? []
        expect(scheme).toBe('Basic')
        expect(Buffer.from(value, 'base64').toString()).toBe('c1:p%2Bq%2Fr%3Ds%3At%26u+%C3%A9')
        expect(request?.body).not.toContain('client_secret"')
      })
    }

    test(`${operation}: client_secret_post: in the query`, async () => {
      const server = await startScripted(DONE)
      const client = { ...known(server), token_endpoint_auth_method: 'client_secret_post' }
      await connect(server, options)[operation](client, {})
      const [request] = server.requests
      expect(request?.method).toBe(METHODS[operation])
      expect(request?.url).toBe(
        '/clients/c1?tenant=a&client_id=c1&client_secret=p%2Bq%2Fr%3Ds%3At%26u+%C3%A9',
      )
      expect(request?.headers).not.toHaveProperty('authorization')
      expect(request?.headers).not.toHaveProperty('referer')
      expect(request?.body).not.toContain('client_secret"')
    })
  }
})

describe('without a registration_client_uri', () => {
  const rows: [client_id: string, endpoint: string, url: string][] = [
    ['c1', '/register', '/register/c1'],
    ['c1', '/register/', '/register/c1'],
    ['c1', '/register?tenant=a', '/register/c1?tenant=a'],
    ['a/b c?d#e%2Fé', '/register', '/register/a%2Fb%20c%3Fd%23e%252F%C3%A9'],
    ['https://app.example/id', '/register', '/register/https%3A%2F%2Fapp.example%2Fid'],
    ['...', '/register', '/register/...'],
  ]
  for (const manageWith of ['client_secret', 'initial_access_token'] as const) {
    for (const [client_id, endpoint, url] of rows) {
      test(`${manageWith}: the client ${client_id} of ${endpoint} is at ${url}`, async () => {
        const server = await startScripted({ body: { client_id } })
        const registration_endpoint = `${server.origin}${endpoint}`
        const options = { allowInsecureRequests: true, manageWith, initialAccessToken: 'iat-1' }
        const dcr = new DcrClient({ issuer: server.origin, registration_endpoint }, options)
        await dcr.get({ client_id, client_secret: SECRET })
        expect(server.requests[0]).toMatchObject({ method: 'GET', url })
      })
    }

    for (const client_id of ['.', '..']) {
      test(`${manageWith}: the client ${client_id} would be somewhere else`, async () => {
        const server = await startScripted(DONE)
        const dcr = connect(server, { manageWith, initialAccessToken: 'iat-1' })
        const attempt = dcr.delete({ client_id, client_secret: SECRET })
        await expect(attempt).rejects.toMatchObject({ name: 'DcrError', outcome: 'not_sent' })
        expect(server.connections).toBe(0)
      })
    }
  }
})

describe('with the initial access token', () => {
  for (const operation of OPERATIONS) {
    test(`${operation}: as a bearer token`, async () => {
      const server = await startScripted(DONE)
      const dcr = connect(server, { manageWith: 'initial_access_token', initialAccessToken: 'iat-1' })
      await dcr[operation](known(server), {})
      expect(server.requests[0]?.method).toBe(METHODS[operation])
      expect(server.requests[0]?.headers.authorization).toBe('Bearer iat-1')
    })

    test(`${operation}: another one when it is refused`, async () => {
      const server = await startScripted({ status: 401 }, DONE)
      const initialAccessToken = ({ refused }: { refused?: string }) => (refused ? 'iat-2' : 'iat-1')
      await connect(server, { manageWith: 'initial_access_token', initialAccessToken })[operation](
        known(server),
        {},
      )
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer iat-1',
        'Bearer iat-2',
      ])
    })
  }
})

describe('a source of initial access tokens', () => {
  const created: Step = { status: 201, body: { client_id: 'c1' } }
  const tokensOf = ({ requests }: ScriptedServer) => requests.map(({ headers }) => headers.authorization)

  const refusals: [name: string, step: Step][] = [
    ['401', { status: 401 }],
    ['400 invalid_token', { status: 400, body: { error: 'invalid_token' } }],
  ]
  for (const [name, refused] of refusals) {
    test(`${name}: is asked for another token, which is tried once`, async () => {
      const server = await startScripted(refused, created)
      const source = vi.fn(async ({ refused }: { refused?: string }) =>
        refused === 'iat-1' ? 'iat-2' : 'iat-1',
      )
      const client = await connect(server, { initialAccessToken: source }).register(METADATA)
      expect(client).toEqual({ client_id: 'c1' })
      expect(source.mock.calls).toEqual([[{}], [{ refused: 'iat-1' }]])
      expect(tokensOf(server)).toEqual(['Bearer iat-1', 'Bearer iat-2'])
    })
  }

  test('that has no other is believed', async () => {
    const server = await startScripted({ status: 401 }, created)
    const source = vi.fn(() => 'iat-1')
    const attempt = connect(server, { initialAccessToken: source }).register(METADATA)
    await expect(attempt).rejects.toMatchObject({ code: 'unauthorized', outcome: 'rejected', attempts: 1 })
    expect(source).toHaveBeenCalledTimes(2)
    expect(server.requests).toHaveLength(1)
  })

  test('is not asked a third time', async () => {
    const server = await startScripted({ status: 401 }, { status: 401 }, created)
    let last = 0
    const source = vi.fn(() => `iat-${++last}`)
    const attempt = connect(server, { initialAccessToken: source }).register(METADATA)
    await expect(attempt).rejects.toMatchObject({ code: 'unauthorized', outcome: 'rejected', attempts: 2 })
    expect(source).toHaveBeenCalledTimes(2)
    expect(server.requests).toHaveLength(2)
  })

  test('is not asked for another after any other refusal', async () => {
    const server = await startScripted({ status: 403 }, created)
    const source = vi.fn(() => 'iat-1')
    const attempt = connect(server, { initialAccessToken: source }).register(METADATA)
    await expect(attempt).rejects.toMatchObject({ code: 'forbidden' })
    expect(source).toHaveBeenCalledOnce()
  })

  test('text is not asked again', async () => {
    const server = await startScripted({ status: 401 }, created)
    const attempt = connect(server, { initialAccessToken: 'iat-1' }).register(METADATA)
    await expect(attempt).rejects.toMatchObject({ code: 'unauthorized', attempts: 1 })
    expect(server.requests).toHaveLength(1)
  })

  test('registrationToken fetches another', async () => {
    const token = (access_token: string): Step => ({
      body: { access_token, token_type: 'Bearer', expires_in: 3600 },
    })
    const server = await startScripted(token('at-1'), { status: 401 }, token('at-2'), created, created)
    const initialAccessToken = registrationToken(
      server.metadata,
      clientSecretPost({ client_id: 'registrar', client_secret: 'rs' }),
      { allowInsecureRequests: true },
    )
    const dcr = connect(server, { initialAccessToken })
    await dcr.register(METADATA)
    await dcr.register(METADATA)
    expect(server.requests.map(({ url, headers }) => `${url} ${headers.authorization}`)).toEqual([
      '/token undefined',
      '/register Bearer at-1',
      '/token undefined',
      '/register Bearer at-2',
      '/register Bearer at-2',
    ])
    const form = 'grant_type=client_credentials&scope=register&client_id=registrar&client_secret=rs'
    expect(server.requests[0]?.body).toBe(form)
  })
})
