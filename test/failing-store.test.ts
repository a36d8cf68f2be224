import { describe, expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  type DcrClientOptions,
  type DcrError,
  memoryStore,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'
import { clientsIn } from './stored-in.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const OPERATIONS = ['register', 'get', 'update', 'delete'] as const

/** A client of the server, and a store of which some methods do not work. */
const connect = (server: ScriptedServer, broken: Partial<CredentialStore>, options?: DcrClientOptions) =>
  new DcrClient(server.metadata, {
    allowInsecureRequests: true,
    store: { ...memoryStore(), ...broken },
    ...options,
  })

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  client_secret: 's2',
  client_secret_expires_at: 0,
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

const attempt = (
  operation: (typeof OPERATIONS)[number],
  dcr: DcrClient,
  client: ClientInformation,
): Promise<unknown> => (operation === 'register' ? dcr.register(METADATA) : dcr[operation](client, {}))

/** The ways in which a method does not work. */
const failures = {
  rejects: () => Promise.reject(new Error('disk full')),
  throws: () => {
    throw new Error('disk full')
  },
  'rejects with nothing': () => Promise.reject(undefined),
}
const hangs = () => new Promise<never>(() => {})

/** A `set` that keeps what is intended, and then does not work. */
const afterwards = (fail: () => Promise<never>): CredentialStore['set'] => {
  const { set } = memoryStore()
  return (key, stored) => (stored.intent ? set(key, stored) : fail())
}

describe('a store that does not keep what the server did', () => {
  for (const [way, fail] of Object.entries(failures)) {
    for (const operation of ['register', 'get', 'update'] as const) {
      test(`${operation}: set ${way}: the client is in the error`, async () => {
        const server = await startScripted()
        server.script.push({ status: 201, body: known(server) })
        const dcr = connect(server, { set: afterwards(fail) })
        const error = await failureOf(attempt(operation, dcr, known(server)))
        expect(error).toMatchObject({
          name: 'DcrError',
          code: 'store_failed',
          outcome: 'applied',
        })
        expect(error.client).toEqual(known(server))
        expect(server.requests).toHaveLength(1)
      })
    }

    test(`delete: delete ${way}: the server has deleted it`, async () => {
      const server = await startScripted({ status: 204 })
      const error = await failureOf(connect(server, { delete: fail }).delete(known(server)))
      expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', outcome: 'applied' })
      expect(server.requests).toHaveLength(1)
    })
  }

  test('the error says which request it was', async () => {
    const server = await startScripted()
    server.script.push({ status: 201, body: known(server) })
    const error = await failureOf(connect(server, { set: afterwards(failures.rejects) }).register(METADATA))
    expect(error).toMatchObject({ endpoint: `POST ${server.origin}/register`, attempts: 1 })
  })

  test('for ever: it is not waited for that long', async () => {
    const start = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, delay = 0) =>
      start(run, delay > 9000 ? 50 : delay)) as typeof setTimeout)
    const server = await startScripted()
    server.script.push({ status: 201, body: known(server) })
    const error = await failureOf(
      connect(server, { set: afterwards(hangs) }, { timeout: 5000 }).register(METADATA),
    )
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    expect(error.client).toEqual(known(server))
  })
})

describe('a store that does not keep what is intended: nothing is sent', () => {
  for (const operation of ['register', 'update', 'delete'] as const) {
    for (const [way, set] of Object.entries(failures)) {
      test(`${operation}: set ${way}`, async () => {
        const server = await startScripted()
        const error = await failureOf(attempt(operation, connect(server, { set }), known(server)))
        expect(error).toMatchObject({
          name: 'DcrError',
          code: 'store_failed',
          outcome: 'not_sent',
          attempts: 0,
          message: `${operation}: the store failed. Nothing was sent.`,
        })
        expect(server.connections).toBe(0)
      })
    }

    test(`${operation}: set hangs, until the deadline`, async () => {
      const server = await startScripted()
      const dcr = connect(server, { set: hangs }, { timeout: 50 })
      const error = await failureOf(attempt(operation, dcr, known(server)))
      expect(error).toMatchObject({ name: 'DcrError', code: 'timeout', outcome: 'not_sent', attempts: 0 })
      expect(server.connections).toBe(0)
    })
  }
})

test('a registration of which the intent cannot be removed has been kept all the same', async () => {
  const server = await startScripted()
  server.script.push({ status: 201, body: known(server) })
  const store = { ...memoryStore(), delete: failures.rejects }
  await expect(connect(server, store).register(METADATA)).resolves.toEqual(known(server))
  expect(await clientsIn(store)).toContainEqual(known(server))
})

describe('a store that cannot be locked or read: nothing is sent', () => {
  for (const operation of OPERATIONS) {
    for (const [way, fail] of Object.entries(failures)) {
      for (const method of ['lock', 'get'] as const) {
        test(`${operation}: ${method} ${way}`, async () => {
          const server = await startScripted()
          const dcr = connect(server, { [method]: fail })
          const error = await failureOf(attempt(operation, dcr, known(server)))
          expect(error).toMatchObject({
            name: 'DcrError',
            code: 'store_failed',
            outcome: 'not_sent',
            attempts: 0,
          })
          expect(server.connections).toBe(0)
        })
      }
    }

    for (const method of ['lock', 'get'] as const) {
      test(`${operation}: ${method} hangs, until the deadline`, async () => {
        const server = await startScripted()
        const dcr = connect(server, { [method]: hangs }, { timeout: 50 })
        const error = await failureOf(attempt(operation, dcr, known(server)))
        expect(error).toMatchObject({ name: 'DcrError', code: 'timeout', outcome: 'not_sent', attempts: 0 })
        expect(server.connections).toBe(0)
      })
    }
  }

  test('get aborted while it waits for its turn', async () => {
    const reason = new Error('the user went away')
    const controller = new AbortController()
    const server = await startScripted()
    const lock = () => {
      controller.abort(reason)
      return hangs()
    }
    const error = await failureOf(connect(server, { lock }, { signal: controller.signal }).get(known(server)))
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not_sent', cause: reason })
  })

  test('a turn that comes too late', async () => {
    const server = await startScripted()
    const tasks: (() => Promise<unknown>)[] = []
    const lock: CredentialStore['lock'] = (_, task) => {
      tasks.push(task)
      return hangs()
    }
    const error = await failureOf(connect(server, { lock }, { timeout: 50 }).delete(known(server)))
    expect(error.code).toBe('timeout')
    // Timers may be a moment early: by the clock, the deadline has not passed yet.
    vi.spyOn(performance, 'now').mockReturnValue(0)
    await tasks[0]?.()
    expect(server.connections).toBe(0)
  })

  test('a call for the same client that is made from inside another: the error says what it waits for', async () => {
    const server = await startScripted({ body: { client_id: 'c1' } })
    let inner: Promise<DcrError> | undefined
    const fetch: typeof globalThis.fetch = async (...given) => {
      inner = failureOf(dcr.get(known(server), { timeout: 50 }))
      await inner
      return globalThis.fetch(...given)
    }
    const dcr = connect(server, {}, { fetch })
    await dcr.get(known(server))
    const error = await inner
    expect(error).toMatchObject({ code: 'timeout', outcome: 'not_sent', attempts: 0 })
    expect(error?.message).toMatch(
      /^get: had no turn within 50 ms: .+ would wait for itself\. Nothing was sent\.$/,
    )
    expect(server.requests).toHaveLength(1)
  })

  test('a lock that runs nothing', async () => {
    const server = await startScripted()
    const lock = async () => undefined as never
    const error = await failureOf(connect(server, { lock }, { timeout: 50 }).get(known(server)))
    expect(error).toMatchObject({ name: 'DcrError', outcome: 'not_sent' })
    expect(server.connections).toBe(0)
  })
})

test('a lock that fails after its task does not change what was done', async () => {
  const server = await startScripted()
  server.script.push({ body: known(server) })
  const lock: CredentialStore['lock'] = async (_, task) => {
    await task()
    throw new Error('the lock was gone when it was to be released')
  }
  await expect(connect(server, { lock }).get(known(server))).resolves.toEqual(known(server))
})
