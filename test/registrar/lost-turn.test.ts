import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type ClientInformation, memoryStore } from '../../src/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** A client, and two processes that are about it; the lock of their store lets everybody in, as one does that was lost. */
async function shared() {
  const as = await startAuthorizationServer()
  const store = { ...memoryStore(), lock: <T>(_key: string, task: () => Promise<T>) => task() }
  let meanwhile: (() => Promise<unknown>) | undefined
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init)
    const { method } = input as Request
    if (method === 'GET' && response.url.includes('.well-known')) return response
    const now = meanwhile
    meanwhile = undefined
    await now?.()
    return response
  }
  const { registrar } = open({ store, fetch })
  const { client } = await registrar.ensure(as.origin, METADATA)
  const other = open({ store }).registrar
  /** Lets the other process do something between the next answer about the client and what this one makes of it. */
  const interpose = (work: () => Promise<unknown>) => {
    meanwhile = work
  }
  const inForce = async () => (await storedAt(store, as.origin)).client as ClientInformation
  return { as, store, registrar, client, other, interpose, inForce }
}

describe('a process that has lost its turn while it waited for an answer', () => {
  test('and was to remove a client that another has replaced: that of the other stays', async () => {
    const { as, registrar, other, interpose, inForce } = await shared()
    as.refuse('DELETE', { status: 405 })
    interpose(() => other.ensure(as.origin, METADATA))
    await registrar.remove(as.origin)
    const known = [await inForce(), ...(await other.orphans()).map(({ client }) => client)]
    expect(known.map((one) => one?.client_id)).toEqual(expect.arrayContaining([...as.clients.keys()]))
    expect((await inForce()).client_id).toBe([...as.clients.keys()].at(-1))
  })

  test('and was to remove a client whose token another has renewed: it is listed with that', async () => {
    const { as, store, registrar, client, interpose } = await shared()
    as.refuse('DELETE', { status: 405 })
    const renewed = { ...client, registration_access_token: 'renewed' }
    interpose(async () => {
      as.clients.set(client.client_id, renewed)
      const [[key, stored] = ['', { issuer: as.origin }]] = await store.list()
      await store.set(key, { ...stored, client: renewed })
    })
    expect(await registrar.remove(as.origin)).toMatchObject({ action: 'orphaned' })
    expect(await registrar.orphans()).toMatchObject([{ reason: 'removed', client: renewed }])
  })

  test('and was to give up a client that another has replaced: that of the other is good', async () => {
    const { as, registrar, client, other, interpose, inForce } = await shared()
    as.refuse('GET', { status: 404 })
    interpose(() => other.invalidate(as.origin, client).then(() => other.ensure(as.origin, METADATA)))
    as.refuse('GET', { status: 404 })
    expect(await registrar.invalidate(as.origin, client)).toBe(true)
    expect(await other.ensure(as.origin, METADATA)).toMatchObject({ action: 'none', client: await inForce() })
    expect((await inForce()).client_id).not.toBe(client.client_id)
  })

  test('and was to register a client whose answer cannot be used: it is listed, and not in force', async () => {
    const { as, store, registrar } = await shared()
    const { set, get } = store
    store.set = async (key, stored) => {
      if (!stored.orphans?.some(({ reason }) => reason === 'unusable')) return set(key, stored)
      store.set = set
      await set(key, (await get(key)) ?? stored)
      return undefined
    }
    as.refuse(
      'POST',
      { status: 201, body: '{"client_id":"cut' },
      { status: 201, body: '{"client_id":"cut","' },
    )
    expect(await failureOf(registrar.ensure(as.origin, METADATA, { name: 'cut' }))).toMatchObject({
      outcome: 'unknown',
    })
    expect(await failureOf(registrar.ensure(as.origin, METADATA, { name: 'cut' }))).toMatchObject({
      code: 'store_conflict',
      outcome: 'applied',
      client: { client_id: 'cut' },
    })
    expect((await registrar.orphans()).map(({ reason, client }) => [reason, client?.client_id])).toEqual([
      ['in_doubt', undefined],
      ['unusable', 'cut'],
    ])
    expect((await registrar.plan(as.origin, METADATA, { name: 'cut' })).action).toBe('register')
  })

  test('and has updated a client that another has updated since: what the other asked for counts', async () => {
    const { as, store, registrar, other } = await shared()
    const { set } = store
    store.set = async (key, stored) => {
      const revision = await set(key, stored)
      if (stored.client?.client_name === CHANGED.client_name && !stored.intent) {
        store.set = set
        await other.ensure(as.origin, METADATA)
      }
      return revision
    }
    await registrar.ensure(as.origin, CHANGED)
    expect([...as.clients.values()]).toMatchObject([METADATA])
    expect(await other.plan(as.origin, CHANGED)).toMatchObject({ action: 'update' })
  })
})

test('what two processes remove at once is gone, and nothing is told of it', async () => {
  const store = { ...memoryStore(), lock: <T>(_key: string, task: () => Promise<T>) => task() }
  const as = await startAuthorizationServer()
  const other = open({ store }).registrar
  let isArmed = false
  const fetchAndLose = async (request: Request) => {
    const response = await fetch(request)
    if (isArmed && request.method === 'DELETE') {
      isArmed = false
      await other.remove(as.origin)
    }
    return response
  }
  const { registrar, warnings } = open({ store, fetch: fetchAndLose })
  await registrar.ensure(as.origin, METADATA)
  as.refuse('DELETE', { status: 405 })
  isArmed = true
  expect(await registrar.remove(as.origin)).toMatchObject({ action: 'deleted' })
  expect([as.clients.size, await store.list(), warnings]).toEqual([0, [], []])
})

describe('a process that has deleted a client, and lost its turn before it could save that', () => {
  test('to one that has saved the same client: it is gone, and told so', async () => {
    const { as, store, registrar, client, interpose } = await shared()
    interpose(async () => {
      const [[key, stored] = ['', { issuer: as.origin }]] = await store.list()
      await store.set(key, { ...stored, clockOffset: 1 })
    })
    expect(await registrar.remove(as.origin)).toEqual({ action: 'deleted', client })
    expect([as.clients.size, await store.list()]).toEqual([0, []])
  })

  test('to one that is about to register another: that is in doubt', async () => {
    const { as, store, registrar, client, interpose } = await shared()
    const intent = { id: 'r', operation: 'register', at: 1, requested: METADATA } as const
    interpose(async () => {
      const [[key, stored] = ['', { issuer: as.origin }]] = await store.list()
      await store.set(key, { ...stored, intent })
    })
    expect(await registrar.remove(as.origin)).toEqual({ action: 'deleted', client })
    expect(await registrar.orphans()).toMatchObject([{ id: 'r', reason: 'in_doubt' }])
    expect((await storedAt(store, as.origin)).client).toBeUndefined()
  })

  test('to one that has registered another: that stays, and the one that is gone is not listed', async () => {
    const { as, registrar, client, other, interpose, inForce } = await shared()
    interpose(() => other.ensure(as.origin, METADATA))
    expect(await registrar.remove(as.origin)).toEqual({ action: 'deleted', client })
    expect([...as.clients.keys()]).toEqual([(await inForce()).client_id])
    expect(await other.orphans()).toEqual([])
  })

  test('to one that was to remove it, too, and could not know: it is gone, and not listed', async () => {
    const { as, store, registrar, client, other, interpose } = await shared()
    interpose(async () => expect(await other.remove(as.origin)).toMatchObject({ action: 'orphaned' }))
    expect(await registrar.remove(as.origin)).toEqual({ action: 'deleted', client })
    expect(await store.list()).toEqual([])
  })

  test('to one that found it gone: it is gone, and told so', async () => {
    const { as, store, registrar, client, interpose } = await shared()
    interpose(async () => {
      const [[key] = ['']] = await store.list()
      await store.delete(key)
    })
    expect(await registrar.remove(as.origin)).toEqual({ action: 'deleted', client })
    expect(await store.list()).toEqual([])
  })

  test('to one that the server gave the same client anew: that stays, and what happened is told', async () => {
    const { as, store, registrar, client, interpose, inForce } = await shared()
    const again = { ...client, registration_access_token: 'anew' }
    interpose(async () => {
      as.clients.set(client.client_id, again)
      const [[key, stored] = ['', { issuer: as.origin }]] = await store.list()
      await store.set(key, { ...stored, client: again, intent: undefined })
    })
    const error = await failureOf(registrar.remove(as.origin))
    expect(error).toMatchObject({ code: 'store_conflict', outcome: 'applied' })
    expect(await inForce()).toEqual(again)
  })
})

test('a client that another has removed meanwhile, and listed, is told to be listed', async () => {
  const { as, store, registrar, client, interpose } = await shared()
  as.refuse('DELETE', { status: 405 })
  const orphans = [{ id: '1', reason: 'removed', at: 1, client }] as const
  interpose(async () => {
    const { revision } = await storedAt(store, as.origin)
    const key = registrationKey(as.origin, 'default')
    await store.set(key, { issuer: as.origin, name: 'default', orphans, revision })
  })
  expect(await registrar.remove(as.origin)).toEqual({ action: 'orphaned', client })
  expect(await registrar.orphans()).toHaveLength(1)
})
