import { describe, expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  type DcrClientOptions,
  memoryStore,
  type StoredClient,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const OPERATIONS = ['get', 'update', 'delete'] as const

const connect = (server: ScriptedServer, store: CredentialStore, options?: DcrClientOptions) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true, store, ...options })

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  client_secret: 's1',
  client_secret_expires_at: 0,
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})
const created = (server: ScriptedServer): Step => ({ status: 201, body: known(server) })

/** A server that gives a new registration access token with each answer, and knows the last one only. */
async function startRotating() {
  const server = await startScripted()
  let client = known(server)
  let count = 1
  const rotate: Step = ({ method, headers, body }) => {
    if (headers.authorization !== `Bearer ${client.registration_access_token}`) return { status: 401 }
    if (method === 'PUT') client = { ...known(server), ...JSON.parse(body) }
    client.registration_access_token = `rat-${++count}`
    return { body: client }
  }
  server.script.push(...Array(10).fill(rotate))
  return { server, current: () => client }
}

describe('a client is saved before it is returned', () => {
  const calls = {
    register: (dcr: DcrClient) => dcr.register(METADATA),
    get: (dcr: DcrClient, client: ClientInformation) => dcr.get(client),
    update: (dcr: DcrClient, client: ClientInformation) => dcr.update(client, {}),
  }
  for (const [name, call] of Object.entries(calls)) {
    test(name, async () => {
      const events: string[] = []
      const store = memoryStore()
      const set = vi.spyOn(store, 'set').mockImplementation(async () => {
        await new Promise(setImmediate)
        events.push('saved')
      })
      const server = await startScripted()
      server.script.push({ status: 201, body: { ...known(server), client_secret: 's2' } })
      const client = await call(connect(server, store), known(server))
      events.push('returned')
      expect(events).toEqual(['saved', 'returned'])
      expect(client.client_secret).toBe('s2')
      expect(set).toHaveBeenCalledExactlyOnceWith(expect.any(String), { issuer: server.origin, client })
    })

    test(`${name}: even if the caller gives up meanwhile`, async () => {
      const controller = new AbortController()
      const store = memoryStore()
      const { set } = store
      store.set = async (...parameters) => {
        controller.abort()
        await new Promise(setImmediate)
        await set(...parameters)
      }
      const server = await startScripted()
      server.script.push(created(server))
      await call(connect(server, store, { signal: controller.signal }), known(server))
      expect(await store.list()).toEqual([{ issuer: server.origin, client: known(server) }])
    })
  }

  test('even if its secret cannot be used', async () => {
    const server = await startScripted({ status: 201, body: { client_id: 'c1', client_secret: 'a\nb' } })
    const store = memoryStore()
    const error = await failureOf(connect(server, store).register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    expect(await store.list()).toHaveLength(1)
  })

  test('but not what nobody could find again', async () => {
    const server = await startScripted({ status: 201, body: { client_id: '', client_secret: 's1' } })
    const store = memoryStore()
    const error = await failureOf(connect(server, store).register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    expect(await store.list()).toEqual([])
  })

  test('a deleted one is forgotten, when the server has deleted it', async () => {
    const server = await startScripted()
    server.script.push(created(server), { status: 403 }, { status: 204 })
    const store = memoryStore()
    const dcr = connect(server, store)
    const client = await dcr.register(METADATA)
    await expect(dcr.delete(client)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await store.list()).toHaveLength(1)
    await dcr.delete(client)
    expect(await store.list()).toEqual([])
  })

  test('the same identifier of two servers is two clients', async () => {
    const [one, two] = [await startScripted(), await startScripted()]
    one.script.push(created(one))
    two.script.push(created(two), { status: 204 })
    const store = memoryStore()
    await connect(one, store).register(METADATA)
    const second = await connect(two, store).register(METADATA)
    expect(await store.list()).toHaveLength(2)
    await connect(two, store).delete(second)
    expect(await store.list()).toEqual([{ issuer: one.origin, client: known(one) }])
  })

  test('what the caller does with it later does not change what is stored', async () => {
    const server = await startScripted()
    server.script.push(created(server))
    const store = memoryStore()
    const client = await connect(server, store).register(METADATA)
    client.client_secret = 'changed'
    client.redirect_uris?.push('https://evil.example/')
    expect(await store.list()).toEqual([{ issuer: server.origin, client: known(server) }])
  })
})

describe('the newest credentials are those in the store', () => {
  for (const operation of OPERATIONS) {
    test(operation, async () => {
      const { server } = await startRotating()
      const store = memoryStore()
      const dcr = connect(server, store)
      const stale = known(server)
      await dcr.get(stale)
      await dcr[operation](stale, {})
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer rat-1',
        'Bearer rat-2',
      ])
    })
  }

  test('two updates at a time take turns, and both succeed', async () => {
    const { server, current } = await startRotating()
    const store = memoryStore()
    const client = known(server)
    const updated = await Promise.all([
      connect(server, store).update(client, { client_name: 'App 2' }),
      connect(server, store).update(client, { scope: 'a b' }),
      connect(server, store).get(client),
    ])
    expect(updated.map(({ registration_access_token }) => registration_access_token)).toEqual([
      'rat-2',
      'rat-3',
      'rat-4',
    ])
    expect(current()).toMatchObject({ client_name: 'App 2', scope: 'a b' })
    expect(await store.list()).toEqual([{ issuer: server.origin, client: current() }])
  })

  test('one that fails does not stop the next', async () => {
    const { server } = await startRotating()
    server.script.unshift({ status: 400 })
    const dcr = connect(server, memoryStore())
    const [first, second] = await Promise.allSettled([
      dcr.update(known(server), { scope: 'a' }),
      dcr.update(known(server), { scope: 'b' }),
    ])
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
  })

  test('after a lost answer that took the token, what was stored stays', async () => {
    const server = await startScripted()
    server.script.push(created(server), 'close', { status: 401 })
    const store = memoryStore()
    const dcr = connect(server, store)
    const client = await dcr.register(METADATA)
    await expect(dcr.update(client, { scope: 'a' })).rejects.toMatchObject({ code: 'management_locked' })
    expect(await store.list()).toEqual([{ issuer: server.origin, client: known(server) }])
  })
})

const stored = (client_id: string): StoredClient => ({
  issuer: 'https://as.example.com',
  client: { client_id, redirect_uris: ['https://app.example.com/cb'], client_secret: 's1' },
})

describe('memoryStore', () => {
  test('keeps, replaces, lists and forgets', async () => {
    const store = memoryStore()
    expect(await store.get('a')).toBeUndefined()
    await store.set('a', stored('1'))
    await store.set('b', stored('2'))
    await store.set('a', stored('3'))
    expect(await store.get('a')).toEqual(stored('3'))
    expect(await store.list()).toEqual([stored('3'), stored('2')])
    await store.delete('a')
    await store.delete('never there')
    expect(await store.get('a')).toBeUndefined()
    expect(await store.list()).toEqual([stored('2')])
  })

  test('keys are not names of inherited members', async () => {
    const store = memoryStore()
    expect(await store.get('__proto__')).toBeUndefined()
    expect(await store.get('constructor')).toBeUndefined()
    await store.set('__proto__', stored('1'))
    expect(await store.get('__proto__')).toEqual(stored('1'))
  })

  test('gives and takes copies', async () => {
    const store = memoryStore()
    const given = stored('1')
    await store.set('a', given)
    given.client.client_secret = 'changed'
    for (const taken of [await store.get('a'), (await store.list())[0]]) {
      taken?.client.redirect_uris?.push('https://evil.example/')
    }
    expect(await store.get('a')).toEqual(stored('1'))
  })

  test('is one of its own each time', async () => {
    await memoryStore().set('a', stored('1'))
    expect(await memoryStore().list()).toEqual([])
  })

  test('lets tasks for one key take turns in their order, and those for others not wait', async () => {
    const store = memoryStore()
    const events: string[] = []
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const task = (name: string, until?: Promise<void>) => async () => {
      events.push(`${name} begins`)
      await until
      events.push(`${name} ends`)
      return name
    }
    const first = store.lock('a', task('first', gate))
    const second = store.lock('a', task('second'))
    expect(await store.lock('b', task('other'))).toBe('other')
    release()
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(events).toEqual([
      'first begins',
      'other begins',
      'other ends',
      'first ends',
      'second begins',
      'second ends',
    ])
  })

  test('passes on an error, and goes on with the next', async () => {
    const store = memoryStore()
    const error = new Error('no')
    const failing = store.lock('a', () => Promise.reject(error))
    const next = store.lock('a', async () => 'next')
    await expect(failing).rejects.toBe(error)
    await expect(next).resolves.toBe('next')
    await expect(
      store.lock('a', () => {
        throw error
      }),
    ).rejects.toBe(error)
  })
})
