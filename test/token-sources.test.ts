import { describe, expect, test, vi } from 'vitest'
import {
  clientSecretBasic,
  clientSecretPost,
  DcrClient,
  registrationToken,
  requestToken,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const registrar = { client_id: 'registrar', client_secret: 'registrar-secret' }
const loopback = { allowInsecureRequests: true }

const connect = (server: ScriptedServer, options: Parameters<typeof registrationToken>[2] = {}) =>
  new DcrClient(server.metadata, {
    ...loopback,
    initialAccessToken: registrationToken(server.metadata, clientSecretPost(registrar), {
      ...loopback,
      ...options,
    }),
  })

const token = (access_token: string, more: object = {}) => ({
  body: { access_token, token_type: 'Bearer', expires_in: 600, ...more },
})
const created = { status: 201, body: { client_id: 'c1' } }
const asked = (server: ScriptedServer) =>
  server.requests.map(({ url, headers }) => `${url} ${headers.authorization ?? ''}`.trim())

describe('registrationToken', () => {
  test('singleUse: each registration gets a token of its own, and another where that is refused', async () => {
    const refused = { status: 401, body: { error: 'invalid_token' } }
    const server = await startScripted(
      token('t1'),
      created,
      token('t2'),
      refused,
      token('t3'),
      created,
      ...Array(6).fill(({ url }: { url: string }) => (url === '/token' ? token('t4') : created)),
    )
    const dcr = connect(server, { singleUse: true })
    await dcr.register(METADATA)
    await dcr.register(METADATA)
    const register = '/register Bearer'
    const first = ['/token', `${register} t1`, '/token', `${register} t2`, '/token', `${register} t3`]
    expect(asked(server)).toEqual(first)
    await Promise.all([dcr.register(METADATA), dcr.register(METADATA), dcr.register(METADATA)])
    expect(asked(server).slice(6).sort()).toEqual([
      ...Array(3).fill(`${register} t4`),
      ...Array(3).fill('/token'),
    ])
  })

  test('asks once, however many wait, and again only when the token is about to expire', async () => {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(0)
    const server = await startScripted(token('t1'), created, created, created, created, token('t2'), created)
    const dcr = connect(server)
    await Promise.all([dcr.register(METADATA), dcr.register(METADATA), dcr.register(METADATA)])
    clock.mockReturnValue(569_000)
    await dcr.register(METADATA)
    clock.mockReturnValue(571_000)
    await dcr.register(METADATA)
    const register = '/register Bearer'
    expect(asked(server)).toEqual(['/token', ...Array(4).fill(`${register} t1`), '/token', `${register} t2`])
  })

  test('asks anew, once, when the server refuses the token it gave', async () => {
    const server = await startScripted(token('t1'), { status: 401 }, token('t2'), created)
    await expect(connect(server).register(METADATA)).resolves.toEqual({ client_id: 'c1' })
    expect(asked(server)).toEqual(['/token', '/register Bearer t1', '/token', '/register Bearer t2'])
  })

  test('gives up when the next is refused too', async () => {
    const server = await startScripted(token('t1'), { status: 401 }, token('t2'), { status: 401 })
    expect(await failureOf(connect(server).register(METADATA))).toMatchObject({
      code: 'unauthorized',
      attempts: 2,
    })
    expect(server.requests).toHaveLength(4)
  })

  test('ten registrations that are refused at once renew the token once', async () => {
    let current = 0
    const server = await startScripted()
    for (let i = 0; i < 40; i++) {
      server.script.push(({ url, headers }) => {
        if (url === '/token') return token(`t${++current}`)
        return headers.authorization === 'Bearer t1' ? { status: 401 } : created
      })
    }
    const dcr = connect(server)
    await Promise.all(Array.from({ length: 10 }, () => dcr.register(METADATA)))
    expect(current).toBe(2)
  })

  test.each([
    ['by default', {}],
    ['when undefined is given', { scope: undefined }],
  ])('asks for the scope register %s', async (_name, options) => {
    const server = await startScripted(token('t1'), created)
    await connect(server, options).register(METADATA)
    expect(new URLSearchParams(server.requests[0]?.body).get('scope')).toBe('register')
  })

  test('does not keep a failure', async () => {
    const server = await startScripted(
      { status: 400, body: { error: 'invalid_scope' } },
      token('t1'),
      created,
    )
    const dcr = connect(server)
    await failureOf(dcr.register(METADATA))
    await expect(dcr.register(METADATA)).resolves.toEqual({ client_id: 'c1' })
  })
})

describe('a source that fails has sent no registration', () => {
  test.each([
    [
      '401',
      { status: 401, body: { error: 'invalid_client' } },
      { code: 'unauthorized', status: 401, error: 'invalid_client' },
    ],
    ['500', { status: 500 }, { code: 'server_error', status: 500 }],
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<p>' }, { code: 'invalid_response' }],
    ['a closed connection', 'close' as const, { code: 'network_error' }],
  ])('%s', async (_name, step, expected) => {
    const server = await startScripted(step)
    const error = await failureOf(connect(server).register(METADATA))
    expect(error).toMatchObject({ ...expected, outcome: 'not_sent', attempts: 0 })
    expect(error.message).toMatch(/^register: got no token: POST http.+\/token .+ Nothing was sent\.$/)
    expect(error.client).toBeUndefined()
    expect(asked(server)).toEqual(['/token'])
  })
})

describe('a client authentication that fails', () => {
  const metadata = { issuer: 'https://as.example.com', token_endpoint: 'https://as.example.com/token' }
  test.each<[string, unknown]>([
    ['none at all', undefined],
    ['an object', { client_id: 'c1' }],
    [
      'one that throws',
      () => {
        throw new Error('CANARY')
      },
    ],
    ['one that rejects', () => Promise.reject(new Error('CANARY'))],
  ])('%s', async (_name, authentication) => {
    const error = await failureOf(requestToken(metadata, authentication as never))
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).not.toContain('CANARY')
  })
})

test.each(['pass:word-long', 'ab&cdefghijkl', '日本語秘密鍵長い', 'pl%41in+secret'])(
  'a secret that was sent raw is left out when it comes back: %s',
  async (client_secret) => {
    const server = await startScripted({
      status: 401,
      body: { error: 'invalid_client', error_description: `bad secret ${client_secret}` },
    })
    const authentication = clientSecretBasic({ client_id: 'c1', client_secret }, { encoding: 'raw' })
    const error = await failureOf(requestToken(server.metadata, authentication, loopback))
    expect(error).toMatchObject({ error: 'invalid_client', error_description: 'bad secret [redacted]' })
    expect(error.message).not.toContain(client_secret)
  },
)
