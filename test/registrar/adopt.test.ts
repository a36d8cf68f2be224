import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, discover, memoryStore, metadataOf } from '../../src/index.js'
import { storeKey } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, rewrite, storedAt } from './set-up.js'

/** A server with a client that no Registrar has made, and an empty store. */
async function registeredElsewhere(store = memoryStore()) {
  const as = await startAuthorizationServer()
  const dcr = new DcrClient(await discover(as.origin, { allowInsecureRequests: true }), {
    allowInsecureRequests: true,
  })
  const client: ClientInformation = await dcr.register(METADATA)
  return { as, client, ...open({ store }) }
}

describe('a client from elsewhere', () => {
  test('is kept, and one of the same metadata is not registered again', async () => {
    const { as, client, registrar } = await registeredElsewhere()
    expect(await registrar.adopt(as.origin, client)).toEqual(client)
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
      action: 'none',
      reasons: [],
      changed: [],
    })
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({
      client,
      action: 'none',
      server: as.metadata,
    })
    expect(as.asked).toBe('POST')
  })

  test('is changed in place where it has not what is wanted, and then as any other', async () => {
    const { as, client, registrar } = await registeredElsewhere()
    await registrar.adopt(as.origin, client)
    expect(await registrar.plan(as.origin, CHANGED)).toMatchObject({
      action: 'update',
      reasons: ['metadata_changed'],
      changed: ['client_name'],
    })
    const { client: changed } = await registrar.ensure(as.origin, CHANGED)
    expect([changed.client_id, changed.client_name]).toEqual([client.client_id, 'App 2'])
    expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ action: 'none' })
    expect(as.asked).toBe('POST PUT')
  })

  test('whose secret has expired is renewed', async () => {
    const { as, client, registrar } = await registeredElsewhere()
    await registrar.adopt(as.origin, { ...client, client_secret_expires_at: 1_000_000_000 })
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ reasons: ['secret_expired'] })
  })

  test('can be read, removed, and updated', async () => {
    const { as, client, registrar } = await registeredElsewhere()
    await registrar.adopt(as.origin, client)
    expect((await registrar.get(as.origin)).client_id).toBe(client.client_id)
    const { client: updated } = await registrar.update(as.origin, { scope: 'openid' })
    expect(updated).toMatchObject({ ...METADATA, scope: 'openid' })
    expect(await registrar.remove(as.origin)).toMatchObject({ action: 'deleted' })
    expect(as.clients.size).toBe(0)
  })

  test('is no other than that which is kept', async () => {
    const { as, client, registrar, store } = await registeredElsewhere()
    const { client: kept } = await registrar.ensure(as.origin, METADATA)
    const error = await failureOf(registrar.adopt(as.origin, client))
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect((await storedAt(store, as.origin)).client).toEqual(kept)
    expect(await registrar.adopt(as.origin, client, { name: 'other' })).toEqual(client)
  })

  test('is checked before anything is kept, and not kept for a server that is not there', async () => {
    const { as, client, registrar, store } = await registeredElsewhere()
    expect((await failureOf(registrar.adopt(as.origin, {} as ClientInformation))).code).toBe(
      'invalid_argument',
    )
    expect((await failureOf(registrar.adopt(`${as.origin}/elsewhere`, client))).code).toBe('discovery_failed')
    expect(await store.list()).toEqual([])
  })
})

describe('credentials that are given again', () => {
  const newer = { registration_access_token: 'newer' }

  test('are older than those that are kept', async () => {
    const { as, client, registrar } = await registeredElsewhere()
    await registrar.adopt(as.origin, client)
    expect(await registrar.adopt(as.origin, { ...client, ...newer })).toEqual(client)
  })

  test.each([{ intent: { id: '1', operation: 'update', at: 0 } }, { trouble: 'management_locked' }] as const)(
    'are taken where an answer was lost: %o',
    async (lost) => {
      const { as, client, registrar, store } = await registeredElsewhere()
      await registrar.adopt(as.origin, client)
      await rewrite(store, as.origin, (stored) => ({ ...stored, ...lost }))
      as.clients.set(client.client_id, { ...client, ...newer })
      expect(await registrar.adopt(as.origin, { ...client, ...newer })).toEqual({ ...client, ...newer })
      const { trouble, intent } = await storedAt(store, as.origin)
      expect([trouble, intent]).toEqual([undefined, undefined])
    },
  )

  test('are not taken where an answer was lost and the server knows them no more', async () => {
    const { as, client, registrar, store } = await registeredElsewhere()
    await registrar.adopt(as.origin, client)
    const { client: changed } = await registrar.ensure(as.origin, CHANGED)
    as.refuse('PUT', 'close')
    as.refuse('GET', 'close', 'close')
    await failureOf(registrar.ensure(as.origin, METADATA))
    const error = await failureOf(registrar.adopt(as.origin, client))
    expect(error.code).toBe('management_locked')
    expect((await storedAt(store, as.origin)).client).toEqual(changed)
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ action: 'update' })
  })

  test('stay where nothing but a deletion was not answered', async () => {
    const { as, client, registrar, store } = await registeredElsewhere()
    await registrar.adopt(as.origin, client)
    const intent = { id: '1', operation: 'delete', at: 0 } as const
    await rewrite(store, as.origin, (stored) => ({ ...stored, intent }))
    expect(await registrar.adopt(as.origin, { ...client, ...newer })).toEqual(client)
  })
})

test('what is in doubt stays listed, and what was unusable is in use', async () => {
  const { as, client, registrar, store } = await registeredElsewhere()
  await rewrite(store, as.origin, (stored) => ({
    ...stored,
    intent: { id: '1', operation: 'register', at: 0, requested: METADATA },
    orphans: [{ id: '2', reason: 'unusable', at: 0, client }],
  }))
  await registrar.adopt(as.origin, client)
  expect(await registrar.orphans()).toMatchObject([{ id: '1', reason: 'in_doubt' }])
})

test('what a DcrClient keeps of it is moved, with its newer token', async () => {
  const store = memoryStore()
  const { as, client, registrar } = await registeredElsewhere(store)
  const keeping = new DcrClient(as.metadata, { store, allowInsecureRequests: true })
  const updated = await keeping.update(client, { scope: 'openid' })
  expect(updated.registration_access_token).not.toBe(client.registration_access_token)
  expect(await registrar.adopt(as.origin, client)).toEqual(updated)
  expect(await store.get(storeKey(as.origin, client.client_id))).toBeUndefined()
  expect(await store.list()).toHaveLength(1)
})

test('what is used by a DcrClient while it is moved is taken once more', async () => {
  const inner = memoryStore()
  let isFirst = true
  const used = {
    ...inner,
    async delete(key: string, revision?: string) {
      const stored = isFirst ? await inner.get(key) : undefined
      isFirst = false
      if (stored?.client)
        await inner.set(key, { ...stored, client: { ...stored.client, registration_access_token: 'newest' } })
      return inner.delete(key, revision)
    },
  }
  const { as, client, registrar } = await registeredElsewhere(used)
  await inner.set(storeKey(as.origin, client.client_id), { issuer: as.origin, client })
  expect(await registrar.adopt(as.origin, client)).toEqual({ ...client, registration_access_token: 'newest' })
  expect(await inner.list()).toHaveLength(1)
})

test('a store that fails is told, and the client is not', async () => {
  const inner = memoryStore()
  const failing = { ...inner, delete: () => Promise.reject(Object.assign(new Error('no'), { code: 'EIO' })) }
  const { as, client, registrar } = await registeredElsewhere(failing)
  await inner.set(storeKey(as.origin, client.client_id), { issuer: as.origin, client })
  const error = await failureOf(registrar.adopt(as.origin, client))
  expect(error).toMatchObject({ code: 'store_failed', outcome: 'not_sent', cause: { code: 'EIO' } })
  expect(error.message).not.toContain(client.registration_access_token)
})

describe('where an answer was lost', () => {
  const update = { id: 'u', operation: 'update', at: 1 } as const
  const registering = { id: 'r', operation: 'register', at: 1, requested: METADATA } as const

  test.each([
    [{ trouble: 'management_locked', intent: registering }],
    [{ intent: { ...registering, before: update } }],
  ] as const)('a registration in doubt stays listed, and newer credentials are taken: %o', async (lost) => {
    const { as, client, registrar, store } = await registeredElsewhere()
    await registrar.adopt(as.origin, client)
    await rewrite(store, as.origin, (stored) => ({ ...stored, ...lost }))
    const newer = { ...client, registration_access_token: 'newer' }
    as.clients.set(client.client_id, newer)
    expect(await registrar.adopt(as.origin, newer)).toEqual(newer)
    expect((await registrar.orphans()).map(({ id }) => id)).toEqual(['r'])
  })

  test('what a store failed to keep of a client of a DcrClient is taken', async () => {
    const store = memoryStore()
    const { as, client, registrar } = await registeredElsewhere(store)
    const newer = { ...client, registration_access_token: 'newer' }
    await store.set(storeKey(as.origin, client.client_id), { issuer: as.origin, client, intent: update })
    as.clients.set(client.client_id, newer)
    expect(await registrar.adopt(as.origin, newer)).toEqual(newer)
  })
})

test('the client of another process that came between is not overwritten', async () => {
  const store = { ...memoryStore(), lock: <T>(_key: string, task: () => Promise<T>) => task() }
  const { as, client } = await registeredElsewhere(store)
  const other = open({ store }).registrar
  let between: Promise<unknown> | undefined
  const fetchAndLose = async (request: Request) => {
    const response = await fetch(request)
    between ??= other.ensure(as.origin, METADATA)
    await between
    return response
  }
  const { registrar } = open({ store, fetch: fetchAndLose })
  expect((await failureOf(registrar.adopt(as.origin, client))).code).toBe('invalid_argument')
  const { client: inForce } = await storedAt(store, as.origin)
  expect(inForce?.client_id).not.toBe(client.client_id)
})

test('credentials alone, by which nothing can be read, are taken for what is wanted', async () => {
  const { as, client, registrar } = await registeredElsewhere()
  const { client_id, client_secret = '' } = client
  await registrar.adopt(as.origin, { client_id, client_secret })
  expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ action: 'none', client: { client_id } })
})

test('a renewal of its secret is no wish for what the server has added', async () => {
  const as = await startAuthorizationServer()
  const dcr = new DcrClient(as.metadata, { allowInsecureRequests: true })
  const client: ClientInformation = await dcr.register({
    ...METADATA,
    tos_uri: 'https://app.example.com/tos',
  })
  const { registrar, store } = open()
  await registrar.adopt(as.origin, { ...client, client_secret_expires_at: 1_000_000_000 })
  const { action } = await registrar.ensure(as.origin, metadataOf(client), { mayReplace: false })
  expect(action).toBe('update')
  expect((await storedAt(store, as.origin)).requested).toBeUndefined()
  expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ action: 'none' })
})
