import { spawn } from 'node:child_process'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  DcrClient,
  type DcrClientOptions,
  discover,
  type RequestOptions,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { lastWordsOf } from './last-words-of.js'
import { type Received, type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const CREATED: Step = { status: 201, body: { client_id: 'c1' } }
const READ: Step = { body: { client_id: 'c1' } }
const NOW = { 'retry-after': '0' }

beforeEach(() => {
  // The wait before a request is sent again is a random part of 300 ms: here it is none.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  // The clock stands still: however slow this machine is, the request is sent before the deadline.
  vi.spyOn(performance, 'now').mockReturnValue(0)
})

const connect = (server: ScriptedServer, options?: DcrClientOptions) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true, ...options })

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

const head = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n'
/** What a server can do instead of an answer, once it has read the request. */
const silences: Record<string, Step> = {
  'closes at once': 'close',
  'resets the connection': 'reset',
  'answers with half a status line': { raw: 'HTTP/1.1 20' },
  'answers with half a head': { raw: head },
  'answers with half a body': { raw: `${head}content-length: 100\r\n\r\n{"client_id":"c1"` },
  'answers with half a chunked body': {
    raw: `${head}transfer-encoding: chunked\r\n\r\n12\r\n{"client_id":"c1"}\r\n`,
  },
  'answers with something that is not HTTP': { raw: '220 mail.example.com ESMTP\r\n' },
  'answers with two lengths': {
    raw: `${head}content-length: 2\r\ncontent-length: 18\r\n\r\n{"client_id":"c1"}`,
  },
  'answers with a NUL in its head': { raw: `${head}x: \0\r\ncontent-length: 18\r\n\r\n{"client_id":"c1"}` },
}

describe('a registration is sent once', () => {
  for (const [name, step] of Object.entries(silences)) {
    test(`when the server ${name}`, async () => {
      const server = await startScripted(step, CREATED)
      const error = await failureOf(connect(server).register(METADATA))
      // Half a body that names the client says that there is one.
      const client = name.endsWith('body') ? { client_id: 'c1' } : undefined
      const outcome = client ? 'applied' : 'unknown'
      expect(error).toMatchObject({ name: 'DcrError', code: 'network_error', outcome, attempts: 1 })
      expect(error.endpoint).toBe(`POST ${server.origin}/register`)
      expect(error.client).toEqual(client)
      expect(server.requests).toHaveLength(1)
    })
  }

  for (const step of ['never answer', 'drip'] as const) {
    test(`${step === 'drip' ? 'H118' : 'G096'}: when the server's step is "${step}", until the deadline`, async () => {
      const server = await startScripted(step, CREATED)
      const error = await failureOf(connect(server, { timeout: 50 }).register(METADATA))
      expect(error).toMatchObject({ name: 'DcrError', code: 'timeout', outcome: 'unknown', attempts: 1 })
      expect(error.message).toContain('50 ms')
      expect(server.requests.length).toBeLessThan(2)
    })
  }

  test('when the server hangs up before it has read anything', async () => {
    const server = await startScripted('hang up', CREATED)
    const error = await failureOf(connect(server, { timeout: 1000 }).register(METADATA))
    // The runtime may not even notice that this connection is gone.
    expect(['network_error', 'timeout']).toContain(error.code)
    expect(error).toMatchObject({ outcome: 'unknown', attempts: 1 })
    expect(server.connections).toBe(1)
  })

  test('K182: when the server fails', async () => {
    for (const status of [408, 500, 502, 503, 504]) {
      const server = await startScripted({ status }, CREATED)
      const error = await failureOf(connect(server).register(METADATA))
      expect(error).toMatchObject({ code: 'server_error', outcome: 'unknown', attempts: 1 })
      expect(server.requests).toHaveLength(1)
    }
  })
})

describe('reading and deleting are sent twice at most', () => {
  const operations = {
    get: { run: (dcr: DcrClient, client: ClientInformation) => dcr.get(client), done: READ },
    delete: { run: (dcr: DcrClient, client: ClientInformation) => dcr.delete(client), done: { status: 204 } },
  }
  for (const [operation, { run, done }] of Object.entries(operations)) {
    for (const [name, step] of Object.entries({ ...silences, fails: { status: 500 } })) {
      // A deletion has no answer to be read: its status is enough.
      if (operation === 'delete' && name.endsWith('body')) continue
      test(`${operation}: when the server ${name}, and then does not`, async () => {
        const server = await startScripted(step, done)
        await run(connect(server), known(server))
        expect(server.requests).toHaveLength(2)
        expect(server.requests[1]).toEqual(server.requests[0])
      })
    }

    for (const [name, step, code] of [
      ['closes', 'close', 'network_error'],
      ['fails', { status: 502 }, 'server_error'],
    ] as const) {
      test(`${operation}: when the server ${name} twice`, async () => {
        const server = await startScripted(step, step, done)
        const error = await failureOf(run(connect(server), known(server)))
        expect(error).toMatchObject({ code, outcome: 'unknown', attempts: 2 })
        expect(server.requests).toHaveLength(2)
      })
    }

    test(`${operation}: once, when the server never answers`, async () => {
      const server = await startScripted('never answer', done)
      const error = await failureOf(run(connect(server, { timeout: 50 }), known(server)))
      expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown', attempts: 1 })
      expect(server.requests.length).toBeLessThan(2)
    })
  }
})

describe('what the second answer says after the first was lost', () => {
  /** Deletes a client, and tells the warnings. */
  async function deletion(server: ScriptedServer, options?: DcrClientOptions) {
    const warnings: string[] = []
    const onWarning: RequestOptions['onWarning'] = ({ code }) => void warnings.push(code)
    await connect(server, { onWarning, ...options }).delete(known(server))
    return warnings
  }

  for (const status of [401, 404, 410]) {
    for (const [name, lost] of Object.entries({ closed: 'close', failed: { status: 500 } } as const)) {
      test(`${name}, then ${status}: taken as deleted`, async () => {
        const server = await startScripted(lost, { status })
        expect(await deletion(server)).toEqual(['delete_unconfirmed'])
        expect(server.requests).toHaveLength(2)
      })
    }
  }

  for (const [status, code] of [
    [400, 'rejected'],
    [403, 'forbidden'],
    [405, 'not_found'],
  ] as const) {
    test(`closed, then ${status}: not deleted`, async () => {
      const server = await startScripted('close', { status })
      await expect(deletion(server)).rejects.toMatchObject({ code, attempts: 2 })
    })
  }

  test('closed, then 204: deleted, and confirmed', async () => {
    expect(await deletion(await startScripted('close', { status: 204 }))).toEqual([])
  })

  for (const status of [401, 404, 410]) {
    test(`429, then ${status}: nothing was lost, so it is not taken as deleted`, async () => {
      const server = await startScripted({ status: 429, headers: NOW }, { status })
      await expect(deletion(server)).rejects.toMatchObject({ status, outcome: 'rejected' })
    })
  }

  test('401 and, with another token, 401 again: not taken as deleted', async () => {
    const server = await startScripted({ status: 401 }, { status: 401 })
    const initialAccessToken = ({ refused }: { refused?: string }) => (refused ? 'admin-2' : 'admin-1')
    const attempt = deletion(server, { manageWith: 'initial_access_token', initialAccessToken })
    await expect(attempt).rejects.toMatchObject({ code: 'unauthorized', outcome: 'rejected' })
    expect(server.requests).toHaveLength(2)
  })

  test('a read that was lost, then 401: the token may have been rotated away', async () => {
    const server = await startScripted('close', { status: 401 })
    const error = await failureOf(connect(server).get(known(server)))
    expect(error.code).toBe('management_locked')
    expect(server.requests).toHaveLength(2)
  })

  test('a read that was lost, then 401 to the initial access token: that is not rotated', async () => {
    const server = await startScripted('close', { status: 401 })
    const dcr = connect(server, { manageWith: 'initial_access_token', initialAccessToken: 'iat-1' })
    await expect(dcr.get(known(server))).rejects.toMatchObject({ code: 'unauthorized' })
  })

  test('a read that was refused with 429, then 401: the token is refused, nothing else', async () => {
    const server = await startScripted({ status: 429, headers: NOW }, { status: 401 })
    await expect(connect(server).get(known(server))).rejects.toMatchObject({ code: 'unauthorized' })
  })
})

/** Runs code in a fresh process, which is to end by itself; resolves for what it returned. */
async function run(code: string, origin: string): Promise<unknown> {
  const program = `
    performance.now = () => 0 // as above
    const { DcrClient } = await import('${new URL('../src/index.ts', import.meta.url)}')
    const server = { issuer: '${origin}', registration_endpoint: '${origin}/register' }
    const register = (options) =>
      new DcrClient(server, { allowInsecureRequests: true, ...options }).register({}).catch((error) => ({ ...error }))
    console.log(JSON.stringify(await (async () => { ${code} })()))`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(await lastWordsOf(child))
}

test('F087, H128: a process can end when its calls have ended', async () => {
  const steps: Record<string, Step> = {
    create: CREATED,
    'answer never': 'never answer',
    'answer later': { status: 429, headers: { 'retry-after': '20' } },
    'answer for ever': 'drip',
    close: 'close',
  }
  const server = await startScripted('hang up', ...Array(5).fill(chosen))
  function chosen({ headers }: Received): Step {
    return steps[`${headers['x-step']}`] ?? { status: 599 }
  }
  const results = await run(
    `// The first request of a process, to a server that hangs up, never ends by itself in some runtimes.
    const results = [await register({ timeout: 1000 }), await register({ headers: { 'x-step': 'create' } })]
    for (const step of ['answer never', 'answer later', 'answer for ever'])
      results.push(await register({ signal: AbortSignal.timeout(150), headers: { 'x-step': step } }))
    return [...results, await register({ headers: { 'x-step': 'close' } })]`,
    server.origin,
  )
  expect(results).toMatchObject([
    { outcome: 'unknown', attempts: 1 },
    { client_id: 'c1' },
    { code: 'aborted' },
    { code: 'aborted' },
    { code: 'aborted' },
    { code: 'network_error' },
  ])
})

test.each([[undefined], [null], ['text'], [7], [{ status: 200 }]])(
  'a fetch that gives %j in place of a Response is told so, and not asked again',
  async (given) => {
    const fetch = vi.fn(async () => given as unknown as Response)
    const error = await failureOf(discover('https://as.example.com', { fetch }))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'unknown', attempts: 1 })
    expect(error.message).toContain('what the option fetch gave is no Response')
    // One for each of the well-known paths.
    expect(fetch).toHaveBeenCalledTimes(2)
  },
)
