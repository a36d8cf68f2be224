import { describe, expect, test } from 'vitest'
import { type CredentialStore, memoryStore } from '../../src/index.js'
import { fingerprint } from '../../src/registrar/fingerprint.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, storedAt } from './set-up.js'

describe('a race that the lock of the store did not prevent', () => {
  /** A store whose lock lets everybody in, as one does that was taken for dead. */
  const unlocked = (): CredentialStore => ({ ...memoryStore(), lock: (_key, task) => task() })

  /** Ends when all have come. */
  const meeting = (size: number) => {
    let come = () => {}
    const all = new Promise<void>((resolve) => {
      come = () => void (--size === 0 && resolve())
    })
    return () => {
      come()
      return all
    }
  }

  /** Two processes that have both asked for a client before the first is answered. */
  async function race(deletes: boolean) {
    const as = await startAuthorizationServer({
      management: deletes ? ['GET', 'PUT', 'DELETE'] : ['GET', 'PUT'],
    })
    const store = unlocked()
    const meet = meeting(2)
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const response = await globalThis.fetch(input, init)
      if ((input as Request).method === 'POST') await meet()
      return response
    }
    // The second begins when the first has said what it is about to do.
    const { set } = store
    let second: Promise<unknown> | undefined
    const begin = () => open({ store, fetch }).registrar.ensure(as.origin, METADATA)
    store.set = async (key, stored) => {
      const revision = await set(key, stored)
      if (stored.intent) second ??= begin()
      return revision
    }
    const first = await begin()
    return { as, store, clients: [first, await second] as (typeof first)[] }
  }

  test('one client is in force for both, and the other is deleted', async () => {
    const { as, store, clients } = await race(true)
    expect(as.sent('POST')).toHaveLength(2)
    expect(new Set(clients.map(({ client }) => client.client_id)).size).toBe(1)
    expect([...as.clients.values()]).toEqual([clients[0]?.client])
    expect(await storedAt(store, as.origin)).toMatchObject({ client: clients[0]?.client, orphans: [] })
    expect((await storedAt(store, as.origin)).intent).toBeUndefined()
    expect(await open({ store }).registrar.orphans()).toEqual([])
  })

  test.each([
    [['GET', 'PUT', 'DELETE'], 0],
    [['GET', 'PUT'], 1],
  ] as const)(
    'whoever may not change it is given no client of other metadata: %j',
    async (management, left) => {
      const as = await startAuthorizationServer({ management })
      const store = unlocked()
      let winner: Promise<unknown> | undefined
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const response = await globalThis.fetch(input, init)
        if ((input as Request).method !== 'POST') return response
        winner ??= open({ store }).registrar.ensure(as.origin, CHANGED)
        await winner
        return response
      }
      const { registrar } = open({ store, fetch })
      const error = await failureOf(registrar.ensure(as.origin, METADATA, { mayChange: false }))
      expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'applied' })
      expect(error.message).toContain('was registered with other metadata (client_name)')
      expect(await winner).toMatchObject({
        client: { client_id: error.client?.client_id, client_name: 'App 2' },
      })
      expect((await storedAt(store, as.origin)).client).toEqual(error.client)
      expect([as.clients.size, await registrar.orphans()]).toMatchObject([
        1 + left,
        Array(left).fill({ reason: 'lost_race' }),
      ])
    },
  )

  test('one that cannot be deleted is listed, once', async () => {
    const { as, store, clients } = await race(false)
    const [inForce] = clients
    expect(new Set(clients.map(({ client }) => client.client_id)).size).toBe(1)
    expect(as.clients.size).toBe(2)
    const listed = await open({ store }).registrar.orphans()
    expect(listed).toMatchObject([{ reason: 'lost_race' }])
    expect([inForce?.client.client_id, listed[0]?.client?.client_id].sort()).toEqual(
      [...as.clients.keys()].sort(),
    )
  })

  test('another has registered before it says what it is about to do: that client is taken', async () => {
    const as = await startAuthorizationServer()
    const store = unlocked()
    const { set } = store
    let winner: Awaited<ReturnType<typeof start>> | undefined
    const start = () => open({ store }).registrar.ensure(as.origin, METADATA)
    store.set = async (key, stored) => {
      store.set = set
      winner = await start()
      return set(key, stored)
    }
    const { client } = await start()
    expect(client).toEqual(winner?.client)
    expect(as.asked).toBe('POST')
  })

  test('the server gives both the same client: it is not deleted', async () => {
    const as = await startAuthorizationServer()
    const store = unlocked()
    const { set } = store
    const body = { client_id: 'c1', client_secret: 's1', client_secret_expires_at: 0, ...METADATA }
    as.refuse('POST', { status: 201, body }, { status: 201, body })
    store.set = async (key, stored) => {
      if (stored.client) {
        store.set = set
        await set(key, { ...stored, revision: (await store.get(key))?.revision })
      }
      return set(key, stored)
    }
    const { client } = await open({ store }).registrar.ensure(as.origin, METADATA)
    expect(client.client_id).toBe('c1')
    expect(as.asked).toBe('POST')
    expect(await open({ store }).registrar.orphans()).toEqual([])
  })

  test('and the store fails then: the client is in the error, and saved by the next call', async () => {
    const as = await startAuthorizationServer()
    const store = unlocked()
    const { set, get } = store
    const { registrar } = open({ store })
    store.set = async (key, stored) => {
      if (!stored.client) return set(key, stored)
      const { intent: _, ...before } = (await get(key)) ?? stored
      const won = {
        client: { client_id: 'winner' },
        requested: METADATA,
        fingerprint: await fingerprint(METADATA),
      }
      await set(key, { ...before, ...won })
      store.set = () => Promise.reject(new Error('full'))
      return undefined
    }
    const error = await failureOf(registrar.ensure(as.origin, METADATA))
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    const [loser] = as.clients.values()
    expect(error.client).toEqual(loser)
    store.set = set
    const { client } = await registrar.ensure(as.origin, CHANGED)
    expect(client.client_name).toBe('App 2')
    expect(await registrar.orphans()).toMatchObject([
      { reason: 'lost_race', client: loser },
      { reason: 'replaced', client: { client_id: 'winner' } },
    ])
  })
})
