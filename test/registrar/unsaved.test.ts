import { beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryStore } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, stopClock, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** A store that keeps what is intended, and what is answered only when it is repaired. */
function failing() {
  const store = memoryStore()
  const { set } = store
  const breakDown = () => {
    store.set = (key, stored) => (stored.intent ? set(key, stored) : Promise.reject(new Error('disk full')))
  }
  const repair = () => {
    store.set = set
  }
  return { store, breakDown, repair }
}

describe('a client was registered, and the store does not keep it', () => {
  test('it is in the error, and saved by the next call: nothing is sent', async () => {
    const as = await startAuthorizationServer()
    const { store, breakDown, repair } = failing()
    const { registrar } = open({ store })
    breakDown()
    const error = await failureOf(registrar.ensure(as.origin, METADATA))
    expect(error).toMatchObject({
      code: 'store_failed',
      outcome: 'applied',
      endpoint: `POST ${as.origin}/register`,
    })
    const [client] = as.clients.values()
    expect(error.client).toEqual(client)
    repair()
    const sent = as.connections
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    expect(as.connections).toBe(sent)
    expect(await storedAt(store, as.origin)).toMatchObject({ client, requested: METADATA, orphans: [] })
    expect(await registrar.orphans()).toEqual([])
    expect(await open({ store }).registrar.ensure(as.origin, METADATA)).toMatchObject({
      client,
      action: 'none',
    })
  })

  test('it is in every error until the store works again', async () => {
    const as = await startAuthorizationServer()
    const { store, breakDown, repair } = failing()
    const { registrar } = open({ store })
    breakDown()
    await failureOf(registrar.ensure(as.origin, METADATA))
    for (let count = 0; count < 3; count++) {
      const error = await failureOf(registrar.ensure(as.origin, METADATA))
      expect(error).toMatchObject({ code: 'store_failed', outcome: 'not_sent' })
      expect(error.client).toEqual([...as.clients.values()][0])
    }
    expect(as.asked).toBe('POST')
    repair()
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('none')
  })

  test('nor when it says that another was faster: it is not dropped', async () => {
    const as = await startAuthorizationServer()
    const { store, breakDown, repair } = failing()
    const { registrar } = open({ store })
    breakDown()
    await failureOf(registrar.ensure(as.origin, METADATA))
    store.set = async () => undefined
    const error = await failureOf(registrar.ensure(as.origin, METADATA))
    expect(error).toMatchObject({ code: 'store_conflict', outcome: 'not_sent' })
    expect(error.client).toEqual([...as.clients.values()][0])
    repair()
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('none')
    expect(as.asked).toBe('POST')
  })

  test('of all who waited, each has it in the error', async () => {
    const as = await startAuthorizationServer()
    const { store, breakDown } = failing()
    const { registrar } = open({ store })
    breakDown()
    const errors = await Promise.all(
      Array.from({ length: 5 }, () => failureOf(registrar.ensure(as.origin, METADATA))),
    )
    for (const error of errors) expect(error.client).toEqual([...as.clients.values()][0])
    expect(as.asked).toBe('POST')
  })

  test('another process has registered one meanwhile: ours is listed, once', async () => {
    const as = await startAuthorizationServer()
    const { store, breakDown, repair } = failing()
    const { registrar } = open({ store })
    breakDown()
    await failureOf(registrar.ensure(as.origin, METADATA))
    const [ours] = as.clients.values()
    repair()
    const { client: theirs } = await open({ store }).registrar.ensure(as.origin, METADATA)
    expect(await open({ store }).registrar.orphans()).toMatchObject([{ reason: 'in_doubt' }])
    const { client } = await registrar.ensure(as.origin, CHANGED)
    expect(client.client_id).toBe(theirs.client_id)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'lost_race', client: ours }])
    expect((await registrar.collect()).deleted).toHaveLength(1)
    expect([...as.clients.values()]).toEqual([client])
  })

  test('another process has tried meanwhile, and came to nothing: ours is in force', async () => {
    const as = await startAuthorizationServer()
    const { store, breakDown, repair } = failing()
    const { registrar } = open({ store })
    breakDown()
    await failureOf(registrar.ensure(as.origin, METADATA))
    repair()
    as.refuse('POST', 'close')
    await failureOf(open({ store }).registrar.ensure(as.origin, METADATA))
    const [client] = as.clients.values()
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    expect(await registrar.orphans()).toMatchObject([{ reason: 'in_doubt' }])
    expect(as.asked).toBe('POST POST')
  })

  test('its secret expires when it does, however late it was saved', async () => {
    const setClock = stopClock()
    const as = await startAuthorizationServer({ lifetime: 3600 })
    const { store, breakDown, repair } = failing()
    const { registrar } = open({ store })
    breakDown()
    await failureOf(registrar.ensure(as.origin, METADATA))
    repair()
    setClock(1800)
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('none')
    setClock(3540)
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ reasons: ['secret_expires_soon'] })
    setClock(3600)
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ reasons: ['secret_expired'] })
  })
})

test('a server knows the application again, and leaves out the secret: it is in the error all the same', async () => {
  const as = await startAuthorizationServer({ management: [] })
  const { store, breakDown } = failing()
  const { registrar } = open({ store })
  const { client } = await registrar.ensure(as.origin, METADATA)
  await registrar.invalidate(as.origin, client)
  const { client_secret: _, ...silent } = client
  as.refuse('POST', { status: 201, body: silent })
  breakDown()
  const error = await failureOf(registrar.ensure(as.origin, METADATA))
  expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
  expect(error.client).toEqual(client)
})

describe('a client was updated, and the store does not keep it', () => {
  test('the new token is in the error, and saved by the next call', async () => {
    const as = await startAuthorizationServer()
    const { store, breakDown, repair } = failing()
    const { registrar } = open({ store })
    await registrar.ensure(as.origin, METADATA)
    breakDown()
    const error = await failureOf(registrar.ensure(as.origin, CHANGED))
    const [updated] = as.clients.values()
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    expect(error.client).toEqual(updated)
    repair()
    const { client } = await registrar.ensure(as.origin, CHANGED)
    expect(client).toMatchObject(CHANGED)
    expect([...as.clients.values()]).toEqual([client])
    expect((await storedAt(store, as.origin)).client).toEqual(client)
    // No lockout, and no second client.
    expect(as.asked).not.toMatch(/GET|POST.*POST/)
  })

  test('another process has gone on with it: what that knows stays', async () => {
    const as = await startAuthorizationServer({ rotates: false })
    const { store, breakDown, repair } = failing()
    const { registrar } = open({ store })
    await registrar.ensure(as.origin, METADATA)
    breakDown()
    await failureOf(registrar.ensure(as.origin, CHANGED))
    repair()
    const { client } = await open({ store }).registrar.ensure(as.origin, { ...CHANGED, client_name: 'App 3' })
    expect(await registrar.ensure(as.origin, { ...CHANGED, client_name: 'App 3' })).toMatchObject({ client })
    expect(await registrar.orphans()).toEqual([])
  })

  test('it is kept, and what it was asked for is not: the next call asks again, and nothing is lost', async () => {
    const as = await startAuthorizationServer()
    const store = memoryStore()
    const { set } = store
    const { registrar } = open({ store })
    await registrar.ensure(as.origin, METADATA)
    store.set = async (key, stored) => {
      if (stored.requested?.client_name === CHANGED.client_name) throw new Error('disk full')
      return set(key, stored)
    }
    const error = await failureOf(registrar.ensure(as.origin, CHANGED))
    const [updated] = as.clients.values()
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    expect(error.client).toEqual(updated)
    expect((await storedAt(store, as.origin)).client).toEqual(updated)
    store.set = set
    await registrar.ensure(as.origin, CHANGED)
    expect(as.asked).toBe('POST PUT PUT')
    expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ action: 'none' })
  })
})

describe('a store that fails before anything is sent', () => {
  test.each(['get', 'lock', 'set'] as const)('%s: nothing is sent, and nothing left', async (method) => {
    const as = await startAuthorizationServer()
    const store = memoryStore()
    const good = { ...store }
    const { registrar } = open({ store })
    store[method] = () => Promise.reject(new Error('SECRET of the disk'))
    const error = await failureOf(registrar.ensure(as.origin, METADATA))
    expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', outcome: 'not_sent', attempts: 0 })
    expect(error.message).not.toContain('SECRET')
    expect(error.message).toMatch(/Nothing was sent\.$/)
    expect(as.asked).toBe('')
    Object.assign(store, good)
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('register')
    expect(as.asked).toBe('POST')
  })

  test('one that cannot be read any more has the client all the same: a registration does not read it back', async () => {
    const as = await startAuthorizationServer()
    const store = memoryStore()
    const { get, set } = store
    const { registrar } = open({ store })
    store.set = async (key, stored) => {
      const revision = await set(key, stored)
      if (stored.client) store.get = () => Promise.reject(new Error('disk'))
      return revision
    }
    const { client } = await registrar.ensure(as.origin, METADATA)
    expect(client).toEqual([...as.clients.values()][0])
    Object.assign(store, { get })
    expect((await registrar.ensure(as.origin, METADATA)).client).toEqual(client)
    expect(as.asked).toBe('POST')
    const error = await failureOf(registrar.ensure(as.origin, CHANGED))
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    expect(error.client).toEqual([...as.clients.values()][0])
    Object.assign(store, { get, set })
    expect((await registrar.ensure(as.origin, CHANGED)).client).toMatchObject({ client_name: 'App 2' })
  })
})
