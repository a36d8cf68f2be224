import { describe, expect, test } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  memoryStore,
  type Registrar,
} from '../../src/index.js'
import { storeKey } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { METADATA, open, storedAt } from './set-up.js'

/** A store whose process is killed after so many changes: no later one comes to be. */
function killedAfter(changes: number, inner: CredentialStore): CredentialStore {
  let left = changes
  const orDead = <T>(change: () => Promise<T>): Promise<T> => {
    left -= 1
    return left < 0 ? Promise.reject(new Error('killed')) : change()
  }
  return {
    ...inner,
    set: (key, stored) => orDead(() => inner.set(key, stored)),
    delete: (key, revision) => orDead(() => inner.delete(key, revision)),
  }
}

/** A client that a `DcrClient` keeps. */
async function keptByItself() {
  const as = await startAuthorizationServer()
  const store = memoryStore()
  const dcr = new DcrClient(as.metadata, { store, allowInsecureRequests: true })
  const client: ClientInformation = await dcr.register(METADATA)
  return { as, store, dcr, client, key: storeKey(as.origin, client.client_id) }
}

/** The changes that a move makes: it is begun, has the newest, the record it is from goes, and it is ended. */
const MOVE = [0, 1, 2, 3, 4]

/** What may be called next about a client whose move was begun. */
const NEXT: [
  string,
  (registrar: Registrar, issuer: string, client: ClientInformation) => Promise<unknown>,
][] = [
  ['adopt', (registrar, issuer, client) => registrar.adopt(issuer, client)],
  ['ensure', (registrar, issuer) => registrar.ensure(issuer, METADATA)],
  ['get', (registrar, issuer) => registrar.get(issuer)],
]

describe('a move that was killed', () => {
  test.each(NEXT.flatMap(([name, next]) => MOVE.map((changes) => [name, changes, next] as const)))(
    'is ended by the next %s, after %i changes',
    async (name, changes, next) => {
      const { as, store, client, key } = await keptByItself()
      const dying = open({ store: killedAfter(changes, store) }).registrar
      if (changes < 4) await failureOf(dying.adopt(as.origin, client))
      else await dying.adopt(as.origin, client)
      // Before its first change nothing is known of it.
      if (changes > 0 || name === 'adopt') {
        await next(open({ store }).registrar, as.origin, client)
        expect(await store.get(key)).toBeUndefined()
        expect((await storedAt(store, as.origin)).client).toEqual(client)
        expect((await storedAt(store, as.origin)).movedFrom).toBeUndefined()
      }
      expect((await store.list()).map(([, stored]) => stored.client)).toEqual([client])
    },
  )

  test('is planned and ended with what a DcrClient has made of the client meanwhile', async () => {
    const { as, store, dcr, client } = await keptByItself()
    await failureOf(open({ store: killedAfter(1, store) }).registrar.adopt(as.origin, client))
    const updated = await dcr.update(client, { client_name: 'App 2' })
    const { registrar } = open({ store })
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ changed: ['client_name'] })
    expect(await registrar.adopt(as.origin, client)).toEqual(updated)
    expect(await store.list()).toMatchObject([[expect.anything(), { name: 'default', client: updated }]])
  })

  test('keeps the doubt about a registration that was never answered under that name', async () => {
    const { as, store, client } = await keptByItself()
    as.lose('POST', 'close')
    const { registrar } = open({ store })
    await failureOf(registrar.ensure(as.origin, METADATA))
    await registrar.adopt(as.origin, client)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'in_doubt', name: 'default' }])
  })

  test('lists nothing that is in use', async () => {
    const { as, store, client } = await keptByItself()
    await failureOf(open({ store: killedAfter(1, store) }).registrar.adopt(as.origin, client))
    expect(await open({ store }).registrar.orphans()).toEqual([])
  })

  test('and cannot be ended is told, and nothing is lost', async () => {
    const { as, store, client } = await keptByItself()
    await failureOf(open({ store: killedAfter(1, store) }).registrar.adopt(as.origin, client))
    const { registrar } = open({ store: killedAfter(0, store) })
    expect(await failureOf(registrar.ensure(as.origin, METADATA))).toMatchObject({
      code: 'store_failed',
      outcome: 'not_sent',
    })
    expect((await storedAt(store, as.origin)).client).toEqual(client)
  })
})

describe('one client under two names', () => {
  test('is refused, with the name that it has', async () => {
    const { as, store, client } = await keptByItself()
    const { registrar } = open({ store })
    await registrar.adopt(as.origin, client, { name: 'shop' })
    const error = await failureOf(registrar.adopt(`${as.origin}/`, client, { name: 'bank' }))
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain('"shop"')
    expect(await store.list()).toHaveLength(1)
  })

  test('is refused to the second of two processes', async () => {
    const { as, store, client } = await keptByItself()
    const adopt = (name: string) => open({ store }).registrar.adopt(as.origin, client, { name })
    const results = await Promise.allSettled([adopt('shop'), adopt('bank')])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await store.list()).toHaveLength(1)
  })

  test('is no matter where the one is at another issuer', async () => {
    const { as, store, client } = await keptByItself()
    const other = await startAuthorizationServer()
    const { registrar } = open({ store })
    await registrar.adopt(as.origin, client, { name: 'shop' })
    await registrar.adopt(other.origin, client, { name: 'bank' })
    expect(await store.list()).toHaveLength(2)
  })

  test('waits for a DcrClient that is about it', async () => {
    const { as, store, dcr, client } = await keptByItself()
    const updating = dcr.update(client, { client_name: 'App 2' })
    const adopted = open({ store }).registrar.adopt(as.origin, client)
    expect(await adopted).toEqual(await updating)
  })
})

test('a store that cannot be listed is told, and nothing is taken in', async () => {
  const { as, store, client } = await keptByItself()
  const { registrar } = open({ store: { ...store, list: () => Promise.reject(new Error('no')) } })
  expect((await failureOf(registrar.adopt(as.origin, client))).code).toBe('store_failed')
  expect((await storedAt(store, as.origin)).client).toBeUndefined()
})
