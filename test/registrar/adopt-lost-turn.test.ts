import { describe, expect, test } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  memoryStore,
  type Registrar,
} from '../../src/index.js'
import { registrationKey, storeKey } from '../../src/stores/store.js'
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.js'
import { METADATA, open, storedAt } from './set-up.js'

/** A client that a `DcrClient` keeps, in a store whose lock lets everybody in, as one does that was lost. */
async function keptByItself() {
  const as = await startAuthorizationServer()
  const store = { ...memoryStore(), lock: <T>(_key: string, task: () => Promise<T>) => task() }
  const dcr = new DcrClient(as.metadata, { store, allowInsecureRequests: true })
  const client: ClientInformation = await dcr.register(METADATA)
  const { registrar: other } = open({ store })
  return { as, store, dcr, client, other, from: storeKey(as.origin, client.client_id) }
}

/** A process that sleeps before its n-th call of the store, while others work. */
function asleepBefore(count: number, inner: CredentialStore, meanwhile: () => Promise<unknown>): Registrar {
  let left = count
  const awake = async <T>(call: () => Promise<T>): Promise<T> => {
    left -= 1
    if (left === 0) await meanwhile()
    return call()
  }
  const store: CredentialStore = {
    ...inner,
    get: (key) => awake(() => inner.get(key)),
    set: (key, stored) => awake(() => inner.set(key, stored)),
    delete: (key, revision) => awake(() => inner.delete(key, revision)),
    list: (issuer) => awake(() => inner.list(issuer)),
  }
  return open({ store }).registrar
}

/** More calls of the store than there are. */
const CALLS = Array.from({ length: 16 }, (_, index) => index + 1)

/** Whatever became of the call of the one that slept: what counts is what is there then. */
const settled = (call: Promise<unknown>) => call.catch(() => {})

describe.each(CALLS)('a process that was asleep before its call %i of the store', (count) => {
  test('and moves a client: another that came under the name is not overwritten', async () => {
    const { as, store, client, other } = await keptByItself()
    const late = asleepBefore(count, store, () => settled(other.ensure(as.origin, METADATA)))
    await settled(late.adopt(as.origin, client))
    const known = (await store.list()).map(([, stored]) => stored.client?.client_id)
    expect(known.sort()).toEqual([...as.clients.keys()].sort())
  })

  test('and moves a client that another has moved and updated: the newest credentials stay', async () => {
    const { as, store, client, other } = await keptByItself()
    const late = asleepBefore(count, store, async () => {
      await other.adopt(as.origin, client)
      await other.update(as.origin, { client_name: 'App 2' })
    })
    await settled(late.adopt(as.origin, client))
    await expectNewest(as, store, client)
  })

  test('and ends a move that broke off: so they do', async () => {
    const { as, store, client, other } = await halfMoved()
    const late = asleepBefore(count, store, () => other.update(as.origin, { client_name: 'App 2' }))
    await settled(late.get(as.origin))
    await expectNewest(as, store, client)
  })

  test('and ends a move that broke off: what another has removed does not come back', async () => {
    const { as, store, other } = await halfMoved()
    const late = asleepBefore(count, store, () => other.remove(as.origin))
    await settled(late.get(as.origin))
    await settled(other.remove(as.origin))
    expect([as.clients.size, await store.list()]).toEqual([0, []])
  })
})

/** The same client, whose move was begun by a process that was killed. */
async function halfMoved() {
  const kept = await keptByItself()
  const { as, store, client, from } = kept
  const key = registrationKey(as.origin, 'default')
  await store.set(key, { issuer: as.origin, name: 'default', client, movedFrom: from })
  return kept
}

async function expectNewest(
  as: AuthorizationServer,
  store: CredentialStore,
  { client_id }: ClientInformation,
) {
  const { registrar } = open({ store })
  await registrar.get(as.origin)
  expect((await store.list()).map(([, stored]) => stored.client)).toEqual([as.clients.get(client_id)])
  expect((await storedAt(store, as.origin)).movedFrom).toBeUndefined()
}
