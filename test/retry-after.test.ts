import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, type DcrClientOptions, type OAuthError } from '../src/index.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

const connect = (server: ScriptedServer, options?: DcrClientOptions) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true, ...options })
const register = (server: ScriptedServer, options?: DcrClientOptions) =>
  connect(server, options).register(METADATA)

const failureOf = (promise: Promise<unknown>): Promise<OAuthError> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error) => error,
  )

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

describe('Retry-After', () => {
  const created: Step = { status: 201, body: { client_id: 'c1' } }
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString()
  const past = 'Sun, 06 Nov 1994 08:49:37 GMT'
  const refused = (status: number, after: string): Step => ({ status, headers: { 'retry-after': after } })

  for (const status of [429, 503]) {
    for (const after of ['0', past]) {
      test(`${status === 429 ? 'K178' : 'K181'}, K184: ${status} until ${after}: sent again`, async () => {
        const server = await startScripted(refused(status, after), refused(status, after), created)
        await expect(register(server)).resolves.toEqual({ client_id: 'c1' })
        expect(server.requests).toHaveLength(3)
        expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1)
      })
    }

    test(`${status} three times: given up`, async () => {
      const server = await startScripted(refused(status, '0'), refused(status, '0'), refused(status, '0'))
      const error = await failureOf(register(server))
      expect(error).toMatchObject({ status, outcome: 'rejected', attempts: 3, retryAfter: 0 })
      expect(server.requests).toHaveLength(3)
    })

    const late = [
      ['61', 61],
      ['2147484', 2_147_484],
      [inAnHour, 3600],
      ['Fri, 31 Dec 9999 23:59:59 GMT', 2 ** 31],
    ] as const
    for (const [after, seconds] of late) {
      test(`K183, K184: ${status} until after the deadline (${after}): given up at once`, async () => {
        const server = await startScripted(refused(status, after))
        const error = await failureOf(register(server))
        expect(error).toMatchObject({ status, outcome: 'rejected', attempts: 1 })
        expect(error.retryAfter).toBeGreaterThan(seconds - 60)
        expect(server.requests).toHaveLength(1)
      })
    }
  }

  test('a deadline that is nearer counts', async () => {
    const server = await startScripted(refused(429, '20'))
    expect(await failureOf(register(server, { timeout: 10_000 }))).toMatchObject({
      code: 'rate_limited',
      retryAfter: 20,
    })
    expect(server.requests).toHaveLength(1)
  })

  const invalid = [
    '-1',
    '1e9',
    '0x10',
    '5, 10',
    'abc',
    '',
    '0.5',
    '9'.repeat(400),
    '0 ; x',
    'Sun, 06 Nov 94 08:49',
  ]
  for (const after of invalid) {
    test(`K183: "${after.slice(0, 20)}" is none`, async () => {
      const server = await startScripted(refused(429, after))
      const error = await failureOf(register(server))
      expect(error).toMatchObject({ code: 'rate_limited', outcome: 'rejected', attempts: 1 })
      expect(error).not.toHaveProperty('retryAfter')
      expect(server.requests).toHaveLength(1)

      const failing = await startScripted(refused(503, after))
      expect(await failureOf(register(failing))).toMatchObject({ code: 'server_error', outcome: 'unknown' })
      expect(failing.requests).toHaveLength(1)
    })
  }

  for (const operation of ['get', 'update', 'delete'] as const) {
    test(`${operation}: sent again`, async () => {
      const server = await startScripted(refused(429, '0'), refused(503, past), { body: { client_id: 'c1' } })
      await connect(server)[operation](known(server), {})
      expect(server.requests).toHaveLength(3)
    })
  }
})

describe('ratelimit-reset, of servers without Retry-After', () => {
  const created: Step = { status: 201, body: { client_id: 'c1' } }

  test('429 is sent again after it', async () => {
    const server = await startScripted({ status: 429, headers: { 'ratelimit-reset': '0' } }, created)
    await expect(register(server)).resolves.toEqual({ client_id: 'c1' })
  })

  test.each<[string, number, Record<string, string>, number | undefined]>([
    ['seconds', 429, { 'ratelimit-reset': '61' }, 61],
    ['Retry-After goes before it', 429, { 'ratelimit-reset': '0', 'retry-after': '61' }, 61],
    ['x-retry-after goes before it', 429, { 'ratelimit-reset': '0', 'x-retry-after': '61' }, 61],
    ['a date as some have it', 429, { 'ratelimit-reset': '1789000000' }, undefined],
    ['no number', 429, { 'ratelimit-reset': 'soon' }, undefined],
    ['another status', 400, { 'ratelimit-reset': '61' }, undefined],
    ['a failing server', 503, { 'ratelimit-reset': '61' }, undefined],
  ])('%s', async (_name, status, headers, retryAfter) => {
    const server = await startScripted({ status, headers })
    const error = await failureOf(register(server))
    expect(error.status).toBe(status)
    expect(error.retryAfter).toBe(retryAfter)
    expect(server.requests).toHaveLength(1)
  })
})
