import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  DcrClient,
  type DcrClientOptions,
  discover,
  none,
  requestToken,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const REASON = new Error('the user went away')

/** Does for every call. */
const ANSWER: Step = ({ headers }) => ({
  body: { client_id: 'c1', access_token: 't', token_type: 'Bearer', issuer: `http://${headers.host}` },
})

const connect = (server: ScriptedServer, options?: DcrClientOptions) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true, ...options })

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

/** Every call that can be interrupted. */
const calls: Record<string, (server: ScriptedServer, options: DcrClientOptions) => Promise<unknown>> = {
  register: (server, options) => connect(server, options).register(METADATA),
  get: (server, options) => connect(server, options).get(known(server)),
  update: (server, options) => connect(server, options).update(known(server), { client_name: 'App' }),
  delete: (server, options) => connect(server, options).delete(known(server)),
  requestToken: (server, options) =>
    requestToken(server.metadata, none({ client_id: 'c1' }), { allowInsecureRequests: true, ...options }),
  discover: (server, options) => discover(server.origin, { allowInsecureRequests: true, ...options }),
}

test('a signal that many calls share is listened to once, of which Node has no warning, and ends them all', async () => {
  const COUNT = 20
  const controller = new AbortController()
  const { signal } = controller
  const added = vi.spyOn(signal, 'addEventListener')
  const removed = vi.spyOn(signal, 'removeEventListener')
  let asked = 0
  const step: Step = () => {
    if (++asked === COUNT) controller.abort(REASON)
    return 'never answer'
  }
  const server = await startScripted(...Array.from({ length: COUNT }, () => step))
  const client = connect(server, { signal })
  const failures = await Promise.all(
    Array.from({ length: COUNT }, () => failureOf(client.register(METADATA))),
  )
  expect(failures.map(({ code, outcome, cause }) => ({ code, outcome, cause }))).toEqual(
    failures.map(() => ({ code: 'aborted', outcome: 'unknown', cause: REASON })),
  )
  expect(added).toHaveBeenCalledTimes(1)
  expect(removed).toHaveBeenCalledTimes(1)
})

describe('an abort', () => {
  for (const [name, call] of Object.entries(calls)) {
    test(`F089: ${name}: before the start, nothing is sent`, async () => {
      const server = await startScripted()
      const error = await failureOf(call(server, { signal: AbortSignal.abort(REASON) }))
      expect(error).toMatchObject({ name: 'DcrError', code: 'aborted', outcome: 'not_sent', attempts: 0 })
      expect(error.cause).toBe(REASON)
      expect(server.connections).toBe(0)
    })

    test(`G109: ${name}: while waiting, it may have been done`, async () => {
      const controller = new AbortController()
      const server = await startScripted(() => {
        controller.abort(REASON)
        return 'never answer'
      })
      const error = await failureOf(call(server, { signal: controller.signal }))
      expect(error).toMatchObject({ name: 'DcrError', code: 'aborted', outcome: 'unknown', attempts: 1 })
      expect(error.cause).toBe(REASON)
    })

    test(`${name}: after the end, nobody listens for it`, async () => {
      const { signal } = new AbortController()
      const added = vi.spyOn(signal, 'addEventListener')
      const removed = vi.spyOn(signal, 'removeEventListener')
      const server = await startScripted(ANSWER, ANSWER)
      await call(server, { signal })
      expect(added).toHaveBeenCalled()
      expect(removed).toHaveBeenCalledTimes(added.mock.calls.length)
    })
  }

  test('while waiting to send again: what the server refused stays refused', async () => {
    const controller = new AbortController()
    const start = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, delay?: number) => {
      if (delay === 20_000) queueMicrotask(() => controller.abort(REASON))
      return start(run, delay)
    }) as typeof setTimeout)
    const server = await startScripted({ status: 429, headers: { 'retry-after': '20' } })
    const error = await failureOf(connect(server, { signal: controller.signal }).register(METADATA))
    expect(error).toMatchObject({ code: 'aborted', outcome: 'rejected' })
    expect(error.cause).toBe(REASON)
    expect(server.requests).toHaveLength(1)
  })

  test('while a token is awaited: nothing was sent', async () => {
    const controller = new AbortController()
    const server = await startScripted()
    const initialAccessToken = () => {
      controller.abort(REASON)
      return new Promise<string>(() => {})
    }
    const attempt = connect(server, { signal: controller.signal, initialAccessToken }).register(METADATA)
    await expect(attempt).rejects.toMatchObject({ code: 'aborted', outcome: 'not_sent', cause: REASON })
    expect(server.connections).toBe(0)
  })

  test('while another token is awaited: the registration was refused', async () => {
    const controller = new AbortController()
    const server = await startScripted({ status: 401 })
    const initialAccessToken = ({ refused }: { refused?: string }) => {
      if (refused === undefined) return 'iat-1'
      controller.abort(REASON)
      return new Promise<string>(() => {})
    }
    const attempt = connect(server, { signal: controller.signal, initialAccessToken }).register(METADATA)
    await expect(attempt).rejects.toMatchObject({ code: 'aborted', outcome: 'rejected' })
  })
})

describe('the deadline', () => {
  // The clock stands still: however slow this machine is, the request is sent before the deadline.
  beforeEach(() => void vi.spyOn(performance, 'now').mockReturnValue(0))

  for (const [name, call] of Object.entries(calls)) {
    test(`G096, G111: ${name}: holds when the server never answers`, async () => {
      const server = await startScripted('never answer', 'never answer', 'never answer')
      const error = await failureOf(call(server, { timeout: 50 }))
      expect(error).toMatchObject({ name: 'DcrError', code: 'timeout', outcome: 'unknown', attempts: 1 })
    })
  }

  test('holds over a fetch that never settles and ignores its signal', async () => {
    const server = await startScripted()
    const fetch = vi.fn(() => new Promise<Response>(() => {}))
    const error = await failureOf(connect(server, { timeout: 50, fetch }).register(METADATA))
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown', attempts: 1 })
    expect(fetch).toHaveBeenCalledOnce()
  })

  test('holds over a body that never ends and cannot be cancelled', async () => {
    const server = await startScripted()
    const endless = () =>
      new ReadableStream({ pull: () => new Promise(() => {}), cancel: () => new Promise(() => {}) })
    const fetch = async () => new Response(endless(), { status: 201 })
    const error = await failureOf(connect(server, { timeout: 50, fetch }).register(METADATA))
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown', attempts: 1 })
  })

  test('does not care how a fetch ends that comes too late', async () => {
    const server = await startScripted()
    const ends: (() => void)[] = [() => {}]
    for (const settle of ['resolves', 'rejects'] as const) {
      const fetch = () =>
        new Promise<Response>((resolve, reject) => {
          ends[0] = () => (settle === 'resolves' ? resolve(Response.json({})) : reject(new Error('late')))
        })
      const error = await failureOf(connect(server, { timeout: 50, fetch }).register(METADATA))
      expect(error.code).toBe('timeout')
      // What nobody handles would fail the test.
      ends[0]?.()
      await new Promise(setImmediate)
    }
  })

  test('of a call wins over that of the client', async () => {
    const server = await startScripted('never answer')
    const attempt = connect(server, { timeout: 60_000 }).register(METADATA, { timeout: 50 })
    await expect(attempt).rejects.toMatchObject({ code: 'timeout' })
  })

  test('that passes between two attempts does not undo the first', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const server = await startScripted('close', { status: 204 })
    // The computer sleeps while the answer to the deletion is lost.
    const start = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, delay?: number) => {
      const wake = () => {
        if (delay === 0) now = 60_000
        run()
      }
      return start(wake, delay)
    }) as typeof setTimeout)
    const error = await failureOf(connect(server).delete(known(server)))
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' })
  })
})
