import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  type ClientMetadataChanges,
  type CredentialStore,
  DcrClient,
  type DcrClientOptions,
  type DcrError,
  memoryStore,
} from '../src/index.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }
const BEFORE: Step = { body: { client_id: 'c1', ...METADATA } }
const AFTER: Step = { body: { client_id: 'c1', ...METADATA, client_name: 'App 2' } }
const CHANGES = { client_name: 'App 2' }

// The wait before a request is sent again is a random part of 300 ms: here it is none.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
/** How the answer to a PUT is lost. */
const losses: Record<string, Step> = {
  'the connection ends': 'close',
  'the connection is reset': 'reset',
  'half a body': { raw: `${head}content-length: 100\r\n\r\n{"client_id":"c1"` },
  'half a body that looks whole': { raw: `${head}\r\n{"client_id":"c1"` },
  '500': { status: 500 },
  '502 with HTML': { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway' },
  '503 without Retry-After': { status: 503 },
}

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  client_secret: 's1',
  client_secret_expires_at: 0,
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

/** Updates a client, and tells the warnings and what the server was asked. */
async function update(
  script: Step[],
  changes: ClientMetadataChanges = CHANGES,
  options?: (server: ScriptedServer) => DcrClientOptions,
) {
  const server = await startScripted(...script)
  const warnings: string[] = []
  const dcr = new DcrClient(server.metadata, {
    allowInsecureRequests: true,
    onWarning: ({ code }) => void warnings.push(code),
    ...options?.(server),
  })
  const result: { client?: ClientInformation; error?: DcrError } = await dcr
    .update(known(server), changes)
    .then(
      (client) => ({ client }),
      (error) => ({ error }),
    )
  const asked = server.requests.map(({ method }) => method).join(' ')
  return { ...result, asked, warnings, server }
}

describe('the answer to an update is lost', () => {
  for (const [name, loss] of Object.entries(losses)) {
    test(`${name}; the update was done: one read finds it`, async () => {
      const { client, asked, warnings, server } = await update([loss, AFTER])
      expect(client).toEqual({ ...known(server), ...CHANGES })
      expect(asked).toBe('PUT GET')
      expect(warnings).toEqual(['update_reconciled'])
    })

    test(`${name}; the update was not done: it is sent once more`, async () => {
      const { client, asked, warnings, server } = await update([loss, BEFORE, AFTER])
      expect(client).toEqual({ ...known(server), ...CHANGES })
      expect(asked).toBe('PUT GET PUT')
      expect(server.requests[2]).toEqual(server.requests[0])
      expect(warnings).toEqual([])
    })

    test(`${name}, and the token with it: the client is locked, not lost`, async () => {
      const { error, asked, server } = await update([loss, { status: 401 }])
      expect(error).toMatchObject({ name: 'DcrError', code: 'management_locked', outcome: 'applied' })
      expect(error?.client).toEqual(known(server))
      expect(error?.endpoint).toBe(`PUT ${server.origin}/register/c1`)
      expect(asked).toBe('PUT GET')
    })
  }

  test('never more than two updates', async () => {
    const { error, asked } = await update(['close', BEFORE, 'close', AFTER, AFTER])
    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown' })
    expect(asked).toBe('PUT GET PUT')
  })

  test('and so are those to the read: the update may have been done', async () => {
    const { error, asked } = await update(['close', 'close', 'close'])
    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown' })
    expect(error?.endpoint).toMatch(/^PUT /)
    expect(asked).toBe('PUT GET GET')
  })

  test.each([403, 404, 405, 500])('and the read is answered with %i', async (status) => {
    const { error, asked } = await update(['close', { status }, { status }])
    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown' })
    expect(error?.endpoint).toMatch(/^PUT /)
    expect(asked).toMatch(/^PUT GET( GET)?$/)
  })

  test('by silence until the deadline: there is no time to look', async () => {
    // The clock stands still until the request is there: however slow this machine is, it is sent before the deadline.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const silent = () => {
      clock.mockRestore()
      return 'never answer' as const
    }
    const { error, asked } = await update([silent, AFTER], CHANGES, () => ({ timeout: 50 }))
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' })
    expect(asked).not.toContain(' ')
  })

  test.each([
    ['firstByte', 'never answer'],
    ['idle', 'drip once'],
  ] as const)('by silence until limits.%s, with time left to look: a read finds it', async (limit, way) => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{'
    const silent: Step = way === 'drip once' ? { raw: head, staysOpen: true } : 'never answer'
    // The read has to be answered within it too, on a machine that has other work.
    const found = await update([silent, AFTER], CHANGES, () => ({ limits: { [limit]: 1000 } }))
    expect(found.client).toEqual({ ...known(found.server), ...CHANGES })
    expect(found.asked).toBe('PUT GET')
    expect(found.warnings).toEqual(['update_reconciled'])

    const limits = { [limit]: 50 }
    const { error } = await update([silent, silent, silent], CHANGES, () => ({ limits }))
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown', cause: { limit } })
  })

  const gone: Step = { body: { client_id: 'c1', redirect_uris: METADATA.redirect_uris } }
  for (const removed of [null, '']) {
    const changes = { client_name: removed }

    test(`a removal by ${JSON.stringify(removed)} that was not done is sent once more`, async () => {
      const { client, asked, warnings } = await update(['close', BEFORE, gone], changes)
      expect(asked).toBe('PUT GET PUT')
      expect(client).not.toHaveProperty('client_name')
      expect(warnings).toEqual([])
    })

    test(`a removal by ${JSON.stringify(removed)} that was done is found`, async () => {
      const { asked, warnings } = await update(['close', gone], changes)
      expect(asked).toBe('PUT GET')
      expect(warnings).toEqual(['update_reconciled'])
    })
  }

  test('the order of a list is not a difference', async () => {
    const redirect_uris = ['https://a.example/', 'https://b.example/']
    const found = { body: { client_id: 'c1', ...METADATA, redirect_uris: [...redirect_uris].reverse() } }
    const { asked } = await update(['close', found], { redirect_uris })
    expect(asked).toBe('PUT GET')
  })
})

describe('what the read after it gave', () => {
  const rotated: Step = { body: { client_id: 'c1', ...METADATA, registration_access_token: 'rat-2' } }

  test('serves the second update', async () => {
    const { client, server } = await update(['close', rotated, AFTER])
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer rat-1',
      'Bearer rat-1',
      'Bearer rat-2',
    ])
    expect(client).toMatchObject({ registration_access_token: 'rat-2' })
  })

  test.each<[string, Step]>([
    ['refused', { status: 400 }],
    ['lost as well', 'close'],
  ])('is not lost when the second update is %s', async (_, step) => {
    const { error, asked } = await update(['close', rotated, step])
    expect(asked).toBe('PUT GET PUT')
    expect(error?.client).toMatchObject({ client_id: 'c1', registration_access_token: 'rat-2' })
  })

  test('is not lost when the store does not keep it', async () => {
    const store = memoryStore()
    const set: CredentialStore['set'] = (key, stored) =>
      stored.intent ? store.set(key, stored) : Promise.reject(new Error('disk full'))
    const { error, asked } = await update(['close', rotated], CHANGES, () => ({ store: { ...store, set } }))
    expect(asked).toBe('PUT GET')
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    expect(error?.client).toMatchObject({ client_id: 'c1', registration_access_token: 'rat-2' })
  })
})

test('an update that was refused for the moment was not lost: it is sent again, without a read', async () => {
  const { asked, warnings } = await update([{ status: 503, headers: { 'retry-after': '0' } }, AFTER])
  expect(asked).toBe('PUT PUT')
  expect(warnings).toEqual([])
})
