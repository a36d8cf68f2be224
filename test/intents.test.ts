import { inspect } from 'node:util'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  type DcrClientOptions,
  type DcrError,
  memoryStore,
  type StoredRegistration,
  storeKey,
} from '../src/index.js'
import { storeFailure } from '../src/stores/failure.js'
import { eventually } from './eventually.js'
import * as failing from './failure-of.js'
import { freePort } from './servers/free-port.js'
import { type Step, startScripted } from './servers/scripted.js'
import { clientsIn } from './stored-in.js'

/* What is about to be asked of a server is in the store before it is, until it is known what became of it. */

const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }
const CHANGES = { client_name: 'App 2' }
/** The requests that may change something; the read of a server that gives a new token with it is one of them. */
const OPERATIONS = ['register', 'get', 'update', 'delete'] as const
const METHODS = { register: 'POST', get: 'GET', update: 'PUT', delete: 'DELETE' } as const
const ROTATING = { name: 'Rotating', rotatesOnRead: true }

type Operation = (typeof OPERATIONS)[number]

const known = ({ origin }: { origin: string }, more: object = {}): ClientInformation => ({
  client_id: 'c1',
  client_secret: 'secret-canary-1',
  client_secret_expires_at: 0,
  registration_access_token: 'token-canary-1',
  registration_client_uri: `${origin}/register/c1`,
  ...METADATA,
  ...more,
})
const RENEWED = { registration_access_token: 'token-canary-2' }

// The wait before a request is sent again is a random part of 300 ms: here it is none.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** The error of a call, which shows no secret. */
async function failureOf(promise: Promise<unknown>): Promise<DcrError> {
  const error = await failing.failureOf(promise)
  const shown = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), `${error.stack}`]
  expect(shown.join('\n')).not.toContain('canary')
  return error
}

/** A client of a scripted server, and a store that tells what is asked of it. */
async function connect(script: Step[], options: DcrClientOptions = {}) {
  const server = await startScripted()
  const { origin } = server
  const memory = memoryStore()
  const key = storeKey(origin, 'c1')
  const events: string[] = []
  let turns = 0
  const note = (event: string) => events.push(turns > 0 ? event : `${event} out of turn`)
  const place = (of: string) => JSON.parse(of)[1]
  const store: CredentialStore = {
    ...memory,
    lock: (of, task, signal) =>
      memory.lock(
        of,
        async () => {
          turns++
          note(`lock ${place(of)}`)
          return task().finally(() => turns--)
        },
        signal,
      ),
    get(of) {
      note(`get ${place(of)}`)
      return memory.get(of)
    },
    set(of, stored) {
      const what = stored.intent ? `intent ${stored.intent.operation}` : 'client'
      note(`set ${place(of)}: ${what}`)
      return memory.set(of, stored)
    },
    delete(of, revision) {
      note(`delete ${place(of)}`)
      return memory.delete(of, revision)
    },
  }
  const steps = script.map(
    (step): Step =>
      (request) => {
        note(request.method)
        return typeof step === 'function' ? step(request) : step
      },
  )
  server.script.push(...steps)
  const again = (more: DcrClientOptions = {}) =>
    new DcrClient(server.metadata, { allowInsecureRequests: true, store, ...options, ...more })
  const asked = () => server.requests.map(({ method }) => method).join(' ')
  /** What is kept, without what the store itself adds. */
  const kept = async () => (await memory.list()).map(([of, { revision: _, ...stored }]) => [of, stored])
  return { server, memory, store, key, events, dcr: again(), again, asked, kept, client: known(server) }
}
type Connected = Awaited<ReturnType<typeof connect>>

const attempt = (operation: Operation, { dcr, client }: Pick<Connected, 'dcr' | 'client'>) =>
  (operation === 'register'
    ? dcr.register(METADATA)
    : dcr[operation](client, CHANGES)) as Promise<ClientInformation>

/** A client that is in the store already. */
async function connectKept(script: Step[], options?: DcrClientOptions) {
  const connected = await connect(script, options)
  await connected.memory.set(connected.key, { issuer: connected.server.origin, client: connected.client })
  return connected
}

describe('the order of events', () => {
  const orders: Record<Operation, string[]> = {
    register: [
      'lock registering',
      'get registering',
      'set registering: intent register',
      'POST',
      // A turn may hold a connection: the client is saved by another, and the intent stays until then.
      'get client',
      'set client: client out of turn',
      'delete registering out of turn',
    ],
    get: ['lock client', 'get client', 'set client: intent get', 'GET', 'set client: client'],
    update: ['lock client', 'get client', 'set client: intent update', 'PUT', 'set client: client'],
    delete: ['lock client', 'get client', 'set client: intent delete', 'DELETE', 'delete client'],
  }

  for (const operation of OPERATIONS) {
    test(`${operation}: in its turn, and before the call returns`, async () => {
      const connected = await connect([{ status: 201, body: { client_id: 'c1', ...RENEWED } }], {
        provider: ROTATING,
      })
      const client = await attempt(operation, connected)
      expect(connected.events).toEqual(orders[operation])
      expect(await clientsIn(connected.memory)).toEqual(operation === 'delete' ? [] : [client])
      expect(JSON.stringify(await connected.memory.list())).not.toContain('intent')
    })

    test(`${operation}: what the store holds while the server is asked`, async () => {
      let held: Promise<[string, StoredRegistration][]> | undefined
      const look: Step = () => {
        held = connected.memory.list()
        return { status: 201, body: { client_id: 'c1' } }
      }
      const connected = await connectKept([look], { provider: ROTATING })
      const earliest = Math.floor(Date.now() / 1000)
      await attempt(operation, connected)
      const { client, key, server } = connected
      const found = await held
      const [place, stored] = found?.find(([, { intent }]) => intent) ?? []
      expect(stored?.intent).toEqual({
        id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
        operation,
        at: expect.any(Number),
        requested: operation === 'register' ? METADATA : undefined,
      })
      expect(stored?.intent?.at).toBeGreaterThanOrEqual(earliest)
      expect(stored?.intent?.at).toBeLessThanOrEqual(Date.now() / 1000)
      if (operation === 'register') {
        expect(JSON.parse(`${place}`)).toEqual([server.origin, 'registering', expect.any(String)])
        expect(stored?.client).toBeUndefined()
      } else {
        expect(place).toBe(key)
        expect(stored?.client).toEqual(client)
      }
    })
  }

  test('a read that changes nothing intends nothing', async () => {
    const connected = await connect([{ body: { client_id: 'c1' } }])
    await connected.dcr.get(connected.client)
    expect(connected.events).toEqual(['lock client', 'get client', 'GET', 'set client: client'])
  })

  test('what cannot be sent is not intended', async () => {
    const connected = await connect([])
    const { dcr, client } = connected
    const unmanaged = { client_id: 'c1', client_secret: 'secret-canary-1' }
    for (const refused of [
      dcr.register({ redirect_uris: 'https://app.example.com/cb' as never }),
      dcr.update(client, { client_secret: 'secret-canary-2' } as object),
      dcr.update(unmanaged, CHANGES),
      dcr.delete(unmanaged),
      new DcrClient({ issuer: connected.server.origin }, { store: connected.store }).register(METADATA),
    ]) {
      expect(await failureOf(refused)).toMatchObject({ outcome: 'not_sent' })
    }
    expect(connected.events.join()).not.toMatch(/set|delete/)
  })
})

describe('an intent is withdrawn', () => {
  const refusals: Record<string, Step> = {
    ...Object.fromEntries([400, 401, 403, 404, 405, 409, 429, 501].map((status) => [status, { status }])),
    'a redirect': { status: 307, headers: { location: 'https://elsewhere.example/' } },
    'not now': { status: 503, headers: { 'retry-after': '9999' } },
  }
  for (const operation of OPERATIONS) {
    for (const [name, refusal] of Object.entries(refusals)) {
      for (const setUp of [connect, connectKept]) {
        const whose = setUp === connect ? 'of nobody' : 'of a client that is kept'
        test(`${operation} ${whose} that is refused by ${name}`, async () => {
          const connected = await setUp([refusal], { provider: ROTATING })
          const before = await connected.kept()
          expect(await failureOf(attempt(operation, connected))).toMatchObject({ outcome: 'rejected' })
          expect(await connected.kept()).toEqual(before)
          expect(connected.asked()).toBe(METHODS[operation])
          expect(connected.events.join()).toContain(`intent ${operation}`)
        })
      }
    }

    test(`${operation}: no connection came to be`, async () => {
      const origin = `http://127.0.0.1:${await freePort()}`
      const connected = await connect([])
      const metadata = { issuer: origin, registration_endpoint: `${origin}/register` }
      const options = { allowInsecureRequests: true, store: connected.store, provider: ROTATING }
      const dcr = new DcrClient(metadata, options)
      const error = await failureOf(attempt(operation, { dcr, client: known({ origin }) }))
      expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 3 })
      expect(connected.events.join()).toContain(`intent ${operation}`)
      expect(await connected.kept()).toEqual([])
    })

    test(`${operation}: the source of the token fails`, async () => {
      const connected = await connectKept([], {
        provider: ROTATING,
        manageWith: 'initial_access_token',
        initialAccessToken: () => Promise.reject(new Error('no token-canary')),
      })
      const before = await connected.kept()
      const error = await failureOf(attempt(operation, connected))
      expect(error).toMatchObject({ code: 'missing_credential', outcome: 'not_sent' })
      expect(connected.server.connections).toBe(0)
      expect(connected.events.join()).toContain(`intent ${operation}`)
      expect(await connected.kept()).toEqual(before)
    })

    test(`${operation}: aborted before it begins, there was none`, async () => {
      const connected = await connect([], { provider: ROTATING, signal: AbortSignal.abort() })
      const error = await failureOf(attempt(operation, connected))
      expect(error).toMatchObject({ code: 'aborted', outcome: 'not_sent' })
      expect(connected.server.connections).toBe(0)
      expect(await connected.kept()).toEqual([])
    })

    test(`${operation}: aborted while it is saved, nothing is sent`, async () => {
      const controller = new AbortController()
      const connected = await connect([], { provider: ROTATING, signal: controller.signal })
      const { set } = connected.store
      connected.store.set = (...given) => {
        controller.abort()
        return set(...given)
      }
      const error = await failureOf(attempt(operation, connected))
      expect(error).toMatchObject({ code: 'aborted', outcome: 'not_sent', attempts: 0 })
      expect(connected.server.connections).toBe(0)
    })
  }
})

describe('an intent that is saved when its caller has given up', () => {
  for (const operation of OPERATIONS) {
    for (const way of ['aborted', 'timeout'] as const) {
      /** A caller who gave up while the store was saving the intent: it does when it is told to. */
      const givenUp = async () => {
        const controller = new AbortController()
        const connected = await connectKept([], { provider: ROTATING })
        const { store, again } = connected
        const { set } = store
        let land = () => {}
        let fail = (_: Error) => {}
        const landing = new Promise<void>((resolve, reject) => {
          land = resolve
          fail = reject
        })
        store.set = async (...given) => {
          store.set = set
          if (way === 'aborted') controller.abort()
          await landing
          return set(...given)
        }
        // The clock stands still: however slow this machine is, the save begins before the deadline.
        if (way === 'timeout') vi.spyOn(performance, 'now').mockReturnValue(0)
        const options = way === 'aborted' ? { signal: controller.signal } : { timeout: 50 }
        const error = await failureOf(attempt(operation, { ...connected, dcr: again(options) }))
        expect(error).toMatchObject({ code: way, outcome: 'not_sent', attempts: 0 })
        expect(connected.server.connections).toBe(0)
        return { ...connected, land, fail }
      }

      test(`${operation}, ${way}: it is withdrawn, before anybody has the next turn`, async () => {
        const { kept, land, again, client, server, events, store, memory } = await givenUp()
        const before = await kept()
        const [{ revision } = {}] = (await memory.list()).map(([, stored]) => stored)
        server.script.push({ status: 401 })
        const gone = events.length
        const next = failureOf(again({ provider: undefined }).get(client))
        land()
        // With the intent of an update or a read still there, it would be taken for locked.
        expect(await next).toMatchObject({ code: 'unauthorized', outcome: 'rejected' })
        await eventually(async () => expect(await kept()).toEqual(before))
        const place = operation === 'register' ? 'registering' : 'client'
        const withdrawn = events.indexOf(
          operation === 'register' ? 'delete registering' : 'set client: client',
          gone,
        )
        expect(events.slice(gone)).toContain(`set ${place}: intent ${operation}`)
        expect(withdrawn).toBeGreaterThan(events.indexOf(`set ${place}: intent ${operation}`, gone))
        if (operation !== 'register') {
          expect(withdrawn).toBeLessThan(events.indexOf('lock client', gone))
          expect((await store.get(storeKey(server.origin, 'c1')))?.revision).not.toBe(revision)
        }
      })

      test(`${operation}, ${way}: where it is not saved after all, there is none to withdraw`, async () => {
        const { kept, fail, again, client, server, events } = await givenUp()
        const before = await kept()
        server.script.push({ status: 401 })
        const gone = events.length
        const next = failureOf(again({ provider: undefined }).get(client))
        fail(new Error('disk full'))
        expect(await next).toMatchObject({ code: 'unauthorized', outcome: 'rejected' })
        expect(await kept()).toEqual(before)
        expect(events.slice(gone).join()).not.toMatch(/set|delete/)
      })
    }
  }

  test('and a save that never ends holds the turn no longer than any other', async () => {
    const start = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, delay = 0) =>
      start(run, delay > 9000 ? 50 : delay)) as typeof setTimeout)
    const connected = await connectKept([{ body: { client_id: 'c1' } }], { timeout: 5000 })
    const { store, dcr, client } = connected
    const { set } = store
    const controller = new AbortController()
    store.set = () => {
      store.set = set
      controller.abort()
      return new Promise(() => {})
    }
    const error = await failureOf(dcr.update(client, CHANGES, { signal: controller.signal }))
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not_sent' })
    await expect(dcr.get(client)).resolves.toMatchObject({ client_id: 'c1' })
  })
})

describe('an intent stays where nobody knows what became of it', () => {
  /** Each is answered so, and what looks after it. */
  const silences: Record<string, Step> = { 'the connection ends': 'close', '500': { status: 500 } }
  for (const operation of OPERATIONS) {
    const expectLeft = async ({ memory, key, client }: Connected) => {
      const all = await memory.list()
      const [place, left] = all.find(([, { intent }]) => intent) ?? []
      const requested = operation === 'register' ? METADATA : undefined
      expect(left?.intent).toEqual({ id: expect.any(String), operation, at: expect.any(Number), requested })
      expect(all.find(([of]) => of === key)?.[1].client).toEqual(client)
      expect(place === key).toBe(operation !== 'register')
    }

    for (const [name, silence] of Object.entries(silences)) {
      test(`${operation}: ${name}`, async () => {
        const connected = await connectKept([silence, silence, silence], { provider: ROTATING })
        expect(await failureOf(attempt(operation, connected))).toMatchObject({ outcome: 'unknown' })
        // An update is looked after by a read, which at this server is one more thing that may have been done.
        if (operation !== 'update') return expectLeft(connected)
        const stored = await connected.memory.get(connected.key)
        expect(stored).toMatchObject({ client: connected.client, intent: { operation: 'get' } })
      })
    }

    test(`${operation}: aborted when it has been sent`, async () => {
      const controller = new AbortController()
      const abort: Step = () => {
        controller.abort()
        return 'never answer'
      }
      const connected = await connectKept([abort], { provider: ROTATING, signal: controller.signal })
      const error = await failureOf(attempt(operation, connected))
      expect(error).toMatchObject({ code: 'aborted', outcome: 'unknown' })
      await expectLeft(connected)
    })

    test(`${operation}: the deadline passes`, async () => {
      // The clock stands still: however slow this machine is, the request is sent before the deadline.
      vi.spyOn(performance, 'now').mockReturnValue(0)
      const connected = await connectKept(['never answer'], { provider: ROTATING, timeout: 50 })
      const error = await failureOf(attempt(operation, connected))
      expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' })
      await expectLeft(connected)
    })
  }

  test('update, at a server whose reads change nothing', async () => {
    const connected = await connectKept(['close', 'close', 'close'])
    expect(await failureOf(attempt('update', connected))).toMatchObject({ outcome: 'unknown' })
    expect(connected.asked()).toBe('PUT GET GET')
    const stored = await connected.memory.get(connected.key)
    expect(stored).toMatchObject({ client: connected.client, intent: { operation: 'update' } })
  })

  test('register: an answer of which nothing is understood', async () => {
    const connected = await connect([{ status: 201, body: '<h1>Created' }])
    const error = await failureOf(attempt('register', connected))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'unknown' })
    const [[, stored] = []] = await connected.memory.list()
    expect(stored?.intent).toMatchObject({ operation: 'register', requested: METADATA })
  })
})

describe('an update that was left behind', () => {
  /** Three answers are lost: that to the update, and those to the reads after it. */
  const lost: Step[] = ['close', 'close', 'close']

  async function leftBehind(script: Step[], options?: DcrClientOptions) {
    const connected = await connectKept([...lost, ...script], options)
    await failureOf(connected.dcr.update(connected.client, CHANGES))
    const before = connected.server.requests.length
    const sent = () =>
      connected.server.requests.slice(before).map(({ method, headers: { authorization } }) => {
        return `${method} ${authorization?.replace('Bearer token-canary-', '')}`
      })
    return { ...connected, dcr: connected.again(), sent }
  }
  const done: Step = { body: { client_id: 'c1', ...METADATA, ...CHANGES } }

  test('the next update reads first, and changes what is there now', async () => {
    const answer: Step = { body: { client_id: 'c1', ...METADATA, ...CHANGES, scope: 'a', ...RENEWED } }
    const { dcr, client, sent, server, memory } = await leftBehind([done, answer])
    const updated = await dcr.update(client, { scope: 'a' })
    expect(sent()).toEqual(['GET 1', 'PUT 1'])
    expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toMatchObject({ ...CHANGES, scope: 'a' })
    expect(await clientsIn(memory)).toEqual([updated])
    expect(updated.registration_access_token).toBe('token-canary-2')
  })

  test('the same update is sent, even if it is done already: its answer is what the caller asks for', async () => {
    const { dcr, client, sent, memory } = await leftBehind([done, done])
    await expect(dcr.update(client, CHANGES)).resolves.toMatchObject(CHANGES)
    expect(sent()).toEqual(['GET 1', 'PUT 1'])
    expect(JSON.stringify(await memory.list())).not.toContain('intent')
  })

  test('the next update whose read gave a new token goes on with that one', async () => {
    const renewed: Step = { body: { client_id: 'c1', ...METADATA, ...RENEWED } }
    const { dcr, client, sent } = await leftBehind([renewed, done])
    await dcr.update(client, CHANGES)
    expect(sent()).toEqual(['GET 1', 'PUT 2'])
  })

  for (const operation of ['get', 'update'] as const) {
    test(`the next ${operation} whose token is refused says that it is locked`, async () => {
      const connected = await leftBehind([{ status: 401 }])
      const { memory, key, client, sent } = connected
      const error = await failureOf(attempt(operation, connected))
      expect(error).toMatchObject({ code: 'management_locked', outcome: 'unknown' })
      expect(error.message).toContain('update whose answer was never kept')
      expect(error.client).toEqual(client)
      expect(sent()).toEqual(['GET 1'])
      expect(await memory.get(key)).toMatchObject({ client, intent: { operation: 'update' } })
    })
  }

  test('the next read that works leaves nothing of it', async () => {
    const { dcr, client, memory, again, sent } = await leftBehind([done, { status: 401 }])
    const read = await dcr.get(client)
    expect(read).toMatchObject(CHANGES)
    expect(JSON.stringify(await memory.list())).not.toContain('intent')
    expect(await failureOf(again().get(client))).toMatchObject({ code: 'unauthorized' })
    expect(sent()).toEqual(['GET 1', 'GET 1'])
  })

  test('nor does one whose update is then refused', async () => {
    const { dcr, client, memory, key } = await leftBehind([done, { status: 400 }])
    expect(await failureOf(dcr.update(client, CHANGES))).toMatchObject({ outcome: 'rejected' })
    const stored = await memory.get(key)
    expect(stored?.client).toMatchObject(CHANGES)
    expect(stored?.intent).toBeUndefined()
  })

  test('where nothing can be read, the next is sent at once', async () => {
    const provider = { name: 'Writing only', management: ['update'] as const }
    const connected = await connectKept(['close', done], { provider })
    const { dcr, client, asked, memory } = connected
    await failureOf(dcr.update(client, CHANGES))
    expect(JSON.stringify(await memory.list())).toContain('intent')
    await expect(dcr.update(client, CHANGES)).resolves.toMatchObject(CHANGES)
    expect(asked()).toBe('PUT PUT')
  })

  test('a deletion that is refused leaves it', async () => {
    const { dcr, client, memory, key } = await leftBehind([{ status: 401 }])
    expect(await failureOf(dcr.delete(client))).toMatchObject({ code: 'unauthorized', outcome: 'rejected' })
    expect(await memory.get(key)).toMatchObject({ client, intent: { operation: 'update' } })
  })

  test('a deletion that is refused after silence is not done: the token may be another by now', async () => {
    const { dcr, client, memory, key, sent } = await leftBehind(['close', { status: 401 }, { status: 401 }])
    const error = await failureOf(dcr.delete(client))
    expect(error).toMatchObject({ code: 'unauthorized', outcome: 'unknown', status: 401 })
    expect(sent()).toEqual(['DELETE 1', 'DELETE 1'])
    expect(await memory.get(key)).toMatchObject({ client, intent: { operation: 'update' } })
    expect(await failureOf(dcr.delete(client))).toMatchObject({ code: 'unauthorized', outcome: 'rejected' })
    expect(await memory.get(key)).toMatchObject({ client, intent: { operation: 'update' } })
  })

  test('nor is the one after a deletion that was left behind too', async () => {
    const { dcr, client, memory, key } = await leftBehind(['close', 'close', { status: 401 }])
    expect(await failureOf(dcr.delete(client))).toMatchObject({ code: 'network_error', outcome: 'unknown' })
    expect(await failureOf(dcr.delete(client))).toMatchObject({ code: 'unauthorized' })
    expect((await memory.get(key))?.client).toEqual(client)
  })

  test.each([404, 410])('a deletion that is answered %i after silence is done', async (status) => {
    const { dcr, client, kept } = await leftBehind(['close', { status }])
    await dcr.delete(client)
    expect(await kept()).toEqual([])
  })
})

test('a read that was left behind at a server that gives a new token with it: the next is locked', async () => {
  const connected = await connectKept(['close', { status: 401 }], { provider: ROTATING })
  await failureOf(connected.dcr.get(connected.client))
  const error = await failureOf(connected.again().get(connected.client))
  expect(error).toMatchObject({ code: 'management_locked', outcome: 'unknown' })
  expect(error.message).toContain('follows a read whose answer was never kept')
})

describe('a deletion that was left behind', () => {
  async function leftBehind(step: Step) {
    const warnings: string[] = []
    const onWarning = ({ code }: { code: string }) => void warnings.push(code)
    const connected = await connectKept(['close', 'close', step], { onWarning })
    await failureOf(connected.dcr.delete(connected.client))
    expect(connected.asked()).toBe('DELETE DELETE')
    return { ...connected, dcr: connected.again(), warnings }
  }

  test.each([401, 404, 410])('the next that is answered %i is done', async (status) => {
    const { dcr, client, kept, warnings } = await leftBehind({ status })
    await expect(dcr.delete(client)).resolves.toBeUndefined()
    expect(await kept()).toEqual([])
    expect(warnings).toEqual(['delete_unconfirmed'])
  })

  test('and so is one that the server does', async () => {
    const { dcr, client, kept, warnings } = await leftBehind({ status: 204 })
    await dcr.delete(client)
    expect(await kept()).toEqual([])
    expect(warnings).toEqual([])
  })

  test('one that is forbidden is not, and what is kept stays', async () => {
    const { dcr, client, memory, key } = await leftBehind({ status: 403 })
    expect(await failureOf(dcr.delete(client))).toMatchObject({ code: 'forbidden' })
    expect(await memory.get(key)).toMatchObject({ client, intent: { operation: 'delete' } })
  })
})

describe('another process has saved meanwhile', () => {
  const OTHER: ClientInformation = { client_id: 'c1', client_name: 'Of the other' }

  for (const operation of OPERATIONS) {
    test(`${operation}: before the request: nothing is sent`, async () => {
      const connected = await connectKept([], { provider: ROTATING })
      const { memory, store, server } = connected
      let place = ''
      store.get = async (of) => {
        const found = await memory.get(of)
        await memory.set(of, { issuer: server.origin, client: OTHER, revision: found?.revision })
        place = of
        return found
      }
      const error = await failureOf(attempt(operation, connected))
      expect(error).toMatchObject({ code: 'store_conflict', outcome: 'not_sent', attempts: 0 })
      expect(error.message).toContain(
        "another process has changed it meanwhile, or the store's set() returns no revision. Nothing was sent.",
      )
      expect(server.connections).toBe(0)
      const stored = await memory.get(place)
      expect(stored?.client).toEqual(OTHER)
      expect(stored?.intent).toBeUndefined()
    })

    test(`${operation}: after it: what was answered is in the error, what the other saved stays`, async () => {
      const answer = { client_id: 'c1', ...RENEWED }
      const connected = await connectKept([{ status: 201, body: answer }], { provider: ROTATING })
      const { memory, store, server, key, client } = connected
      const intervene = async () => {
        const found = await memory.get(key)
        await memory.set(key, { issuer: server.origin, client: OTHER, revision: found?.revision })
      }
      for (const method of ['set', 'delete'] as const) {
        const save = store[method] as (...given: unknown[]) => Promise<never>
        store[method] = async (...given: unknown[]): Promise<never> => {
          if (server.requests.length > 0 && given[0] === key) await intervene()
          return save(...given)
        }
      }
      const error = await failureOf(attempt(operation, connected))
      expect(error).toMatchObject({ code: 'store_conflict', outcome: 'applied', attempts: 1 })
      expect(error.message).toContain('was answered, but that was not kept: another process')
      expect(error.message).toContain('What is known of the client is in error.client.')
      expect(error.client).toMatchObject(operation === 'delete' ? client : answer)
      expect((await memory.get(key))?.client).toEqual(OTHER)
    })
  }
})

describe('a token that is refused because another process has got a new one meanwhile', () => {
  for (const operation of ['get', 'update', 'delete'] as const) {
    /** The turn was lost: while the server is asked, another process saves what it was given. */
    const connectRobbed = async (...next: Step[]) => {
      const rob: Step = () => {
        const { memory, key } = connected
        const save = async () => {
          const found = await memory.get(key)
          const client = known(connected.server, RENEWED)
          await memory.set(key, { issuer: connected.server.origin, client, revision: found?.revision })
        }
        void save()
        return { status: 401 }
      }
      const connected = await connectKept([rob, ...next])
      const sent = () =>
        connected.server.requests.map(({ headers }) => headers.authorization?.replace(/.*-/, ''))
      return { ...connected, sent }
    }

    test(`${operation}: is made once more, with that one`, async () => {
      const robbed = await connectRobbed({ body: { client_id: 'c1', ...METADATA } })
      await attempt(operation, robbed)
      expect(robbed.sent()).toEqual(['1', '2'])
      const token = operation === 'delete' ? [] : [expect.objectContaining(RENEWED)]
      expect(await clientsIn(robbed.memory)).toEqual(token)
      expect(JSON.stringify(await robbed.memory.list())).not.toContain('intent')
    })

    test(`${operation}: and no more than once`, async () => {
      const robbed = await connectRobbed({ status: 401 })
      expect(await failureOf(attempt(operation, robbed))).toMatchObject({ code: 'unauthorized' })
      expect(robbed.sent()).toEqual(['1', '2'])
      expect(await clientsIn(robbed.memory)).toEqual([known(robbed.server, RENEWED)])
    })
  }
})

test('a token that is refused, and that this call itself has got from a read, is not sent again', async () => {
  const provider = { name: 'Reading first', readBeforeUpdate: true }
  const read: Step = { body: { client_id: 'c1', ...METADATA, ...RENEWED } }
  const connected = await connectKept([read, { status: 401 }], { provider })
  const error = await failureOf(connected.dcr.update(connected.client, CHANGES))
  expect(error).toMatchObject({ code: 'unauthorized', outcome: 'rejected' })
  expect(connected.asked()).toBe('GET PUT')
})

describe('what a store says of itself', () => {
  const CODES = [
    'store_failed',
    'store_conflict',
    'store_unreadable',
    'store_sealed',
    'store_unsafe',
  ] as const
  const fail = (code: (typeof CODES)[number]) => async () => {
    throw storeFailure(code, '/var/lib/app/c1 is not as it should be; repair it', 'EACCES')
  }
  for (const code of CODES) {
    for (const method of ['lock', 'get', 'set'] as const) {
      test(`${code} of ${method}, before the request: is told, and nothing is sent`, async () => {
        for (const operation of OPERATIONS) {
          const connected = await connect([], { provider: ROTATING })
          connected.store[method] = fail(code)
          const error = await failureOf(attempt(operation, connected))
          expect(error).toMatchObject({ code, outcome: 'not_sent', attempts: 0, cause: { code: 'EACCES' } })
          expect(error.message).toMatch(
            /^(register|get|update|delete): the store .*: \/var\/lib\/app\/c1 is not as it should be; repair it\. Nothing was sent\.$/,
          )
          expect(connected.server.connections).toBe(0)
        }
      })
    }

    test(`${code}, after the request: is told, with the client`, async () => {
      for (const operation of OPERATIONS) {
        const connected = await connect([{ status: 201, body: { client_id: 'c1', ...RENEWED } }], {
          provider: ROTATING,
        })
        const { store, server, client } = connected
        const { set } = store
        store.set = async (of, stored) => (server.requests.length > 0 ? fail(code)() : set(of, stored))
        store.delete = fail(code)
        const error = await failureOf(attempt(operation, connected))
        expect(error).toMatchObject({ code, outcome: 'applied', attempts: 1, cause: { code: 'EACCES' } })
        expect(error.endpoint).toContain(METHODS[operation])
        expect(error.message).toContain('is not as it should be; repair it. ')
        expect(error.client).toMatchObject(operation === 'delete' ? client : RENEWED)
      }
    })
  }
})

test('a server that knows the application again, and leaves out the secret, does not take it from the store', async () => {
  const { server, dcr, memory, client } = await connect([])
  const { client_secret: _, ...silent } = client
  server.script.push({ status: 201, body: client }, { status: 201, body: { ...silent, ...RENEWED } })
  await dcr.register(METADATA)
  const again = await dcr.register(METADATA)
  expect(again).toEqual({ ...client, ...RENEWED })
  expect(await clientsIn(memory)).toEqual([again])
})

test('nor from the error, when the store does not keep the answer', async () => {
  const { server, dcr, store, client } = await connect([])
  const { client_secret: _, ...silent } = client
  server.script.push({ status: 201, body: client }, { status: 201, body: { ...silent, ...RENEWED } })
  await dcr.register(METADATA)
  const { set } = store
  store.set = async (of, stored) => (stored.intent ? set(of, stored) : Promise.reject(new Error('full')))
  const error = await failureOf(dcr.register(METADATA))
  expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
  expect(error.client).toEqual({ ...client, ...RENEWED })
})
