import { describe, expect, test } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  type DcrClientOptions,
  memoryStore,
  storeKey,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'
import { clientsIn } from './stored-in.js'

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
      const { set } = store
      store.set = async (key, stored) => {
        await new Promise(setImmediate)
        const revision = await set(key, stored)
        events.push(`saved ${stored.intent ? 'the intent' : stored.client?.client_secret}`)
        return revision
      }
      const server = await startScripted()
      server.script.push({ status: 201, body: { ...known(server), client_secret: 's2' } })
      const client = await call(connect(server, store), known(server))
      events.push('returned')
      const intends = name === 'get' ? [] : ['saved the intent']
      expect(events).toEqual([...intends, 'saved s2', 'returned'])
      expect(client.client_secret).toBe('s2')
      expect(await clientsIn(store)).toEqual([client])
    })

    test(`${name}: even if the caller gives up meanwhile`, async () => {
      const controller = new AbortController()
      const store = memoryStore()
      const { set } = store
      store.set = async (key, stored) => {
        if (!stored.intent) controller.abort()
        await new Promise(setImmediate)
        return set(key, stored)
      }
      const server = await startScripted()
      server.script.push(created(server))
      await call(connect(server, store, { signal: controller.signal }), known(server))
      expect(controller.signal.aborted).toBe(true)
      expect(await clientsIn(store)).toEqual([known(server)])
    })
  }

  test('even if its secret cannot be used', async () => {
    const server = await startScripted({ status: 201, body: { client_id: 'c1', client_secret: 'a\nb' } })
    const store = memoryStore()
    const error = await failureOf(connect(server, store).register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    expect(await clientsIn(store)).toEqual([{ client_id: 'c1', client_secret: 'a\nb' }])
  })

  test('of what nobody could find again, what was asked stays', async () => {
    const server = await startScripted({ status: 201, body: { client_id: '', client_secret: 's1' } })
    const store = memoryStore()
    const error = await failureOf(connect(server, store).register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    const [[, left] = []] = await store.list()
    expect(left).toMatchObject({
      issuer: server.origin,
      intent: { operation: 'register', requested: METADATA },
    })
    expect(left).not.toHaveProperty('client')
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
    expect(await store.list()).toMatchObject([
      [storeKey(one.origin, 'c1'), { issuer: one.origin, client: known(one) }],
    ])
  })

  test('what the caller does with it later does not change what is stored', async () => {
    const server = await startScripted()
    server.script.push(created(server))
    const store = memoryStore()
    const client = await connect(server, store).register(METADATA)
    client.client_secret = 'changed'
    client.redirect_uris?.push('https://evil.example/')
    expect(await clientsIn(store)).toEqual([known(server)])
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
    expect(await clientsIn(store)).toEqual([current()])
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
    expect(await clientsIn(store)).toEqual([known(server)])
  })
})
