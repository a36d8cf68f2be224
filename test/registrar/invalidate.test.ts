import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { EntryOptions } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { type ServerOptions, startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, stopClock, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** A client that a token endpoint is about to refuse. */
async function registered(options?: ServerOptions, given?: EntryOptions) {
  const as = await startAuthorizationServer(options)
  const opened = open()
  const { registrar } = opened
  const { client } = await registrar.ensure(as.origin, METADATA, given)
  return {
    as,
    client,
    ensure: () => registrar.ensure(as.origin, METADATA, given),
    invalidate: (refused = client) => registrar.invalidate(as.origin, refused, given),
    ...opened,
  }
}

describe('the server no longer knows it: another is registered, and nothing listed', () => {
  test.each([404, 410])('a read is answered with %i', async (status) => {
    const { as, client, ensure, invalidate, registrar, store } = await registered()
    as.clients.delete(client.client_id)
    as.refuse('GET', { status })
    expect(await invalidate()).toBe(true)
    expect(as.asked).toBe('POST GET')
    expect((await storedAt(store, as.origin)).trouble).toBe('gone')
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
      action: 'replace',
      reasons: ['invalid_client'],
    })
    const { client: other, action } = await ensure()
    expect(action).toBe('replace')
    expect(as.asked).toBe('POST GET POST')
    expect([...as.clients.values()]).toEqual([other])
    expect(await registrar.orphans()).toEqual([])
    expect(await ensure()).toMatchObject({ client: other, action: 'none' })
  })
})

describe('the server cannot say: it is given up, and the old one is listed', () => {
  test('a read is answered with 401: it is gone, or its token is void', async () => {
    const { as, client, ensure, invalidate, registrar } = await registered()
    // As another process does that shares no store with this one.
    as.clients.set(client.client_id, { ...client, registration_access_token: 'another' })
    expect(await invalidate()).toBe(true)
    expect((await ensure()).action).toBe('replace')
    expect(as.asked).toBe('POST GET POST DELETE')
    expect(as.clients.has(client.client_id)).toBe(true)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
  })

  test.each([403, 405, 501])('a read is answered with %i', async (status) => {
    const { as, client, ensure, invalidate, registrar } = await registered({ management: ['GET'] })
    as.refuse('GET', { status })
    expect(await invalidate()).toBe(true)
    expect((await ensure()).action).toBe('replace')
    expect(as.asked).toBe('POST GET POST DELETE')
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
  })

  test('there is no management', async () => {
    const { as, client, ensure, invalidate, registrar } = await registered({ management: [] })
    expect(await invalidate()).toBe(true)
    expect(as.asked).toBe('POST')
    expect((await ensure()).action).toBe('replace')
    expect(as.asked).toBe('POST POST')
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
  })

  test('the client is locked out of its management: 401 is no news of it', async () => {
    const { as, client, ensure, invalidate, registrar } = await registered()
    as.lose('PUT', 'close')
    expect((await failureOf(registrar.ensure(as.origin, CHANGED))).code).toBe('management_locked')
    expect(await invalidate()).toBe(true)
    await ensure()
    expect(as.clients.has(client.client_id)).toBe(true)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
  })

  test('the secret proves who asks, and is what was refused', async () => {
    const given: EntryOptions = { manageWith: 'client_secret' }
    const { as, client, ensure, invalidate, registrar } = await registered({}, given)
    as.refuse('GET', { status: 401 })
    expect(await invalidate()).toBe(true)
    await ensure()
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
  })
})

describe('the server still knows it', () => {
  test('nothing changes, and nothing is stored', async () => {
    const { as, ensure, client, invalidate, store } = await registered()
    const before = await storedAt(store, as.origin)
    expect(await invalidate()).toBe(false)
    expect(as.asked).toBe('POST GET')
    const { revision: _, clockOffset: __, ...after } = await storedAt(store, as.origin)
    expect(before).toMatchObject(JSON.parse(JSON.stringify(after)))
    expect(await ensure()).toMatchObject({ client, action: 'none' })
  })

  test('and nobody says by which secret it was refused: it is asked', async () => {
    const { as, client, invalidate } = await registered()
    expect(await invalidate({ client_id: client.client_id })).toBe(false)
    expect(as.asked).toBe('POST GET')
  })

  test('and its secret has expired by its clock: the next ensure renews it', async () => {
    const setClock = stopClock()
    const { as, ensure, invalidate } = await registered({ lifetime: 3600 })
    setClock(1800)
    as.options.clock = 1800
    expect(await invalidate()).toBe(true)
    expect((await ensure()).action).toBe('update')
  })

  test('and gives another token, which the store does not take: the next call saves it', async () => {
    const { as, client, ensure, invalidate, store, registrar } = await registered()
    const newer = { ...client, registration_access_token: 'newer' }
    as.refuse('GET', () => {
      as.clients.set(client.client_id, newer)
      return { body: newer }
    })
    const { set } = store
    store.set = () => Promise.reject(new Error('disk full'))
    expect(await failureOf(invalidate())).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    store.set = set
    expect(await ensure()).toMatchObject({ client: newer, action: 'none' })
    expect((await registrar.ensure(as.origin, CHANGED)).action).toBe('update')
    expect(as.clients.size).toBe(1)
  })

  test('with another secret: that is stored, and good', async () => {
    const { as, client, ensure, invalidate, store } = await registered()
    const newer = { ...client, client_secret: 'newer' }
    as.clients.set(client.client_id, newer)
    expect(await invalidate()).toBe(true)
    expect((await storedAt(store, as.origin)).client).toEqual(newer)
    expect(await ensure()).toMatchObject({ client: newer, action: 'none' })
    expect(as.asked).toBe('POST GET')
  })
})

describe('the server could not be asked: nothing is given up', () => {
  test.each([
    ['500', [{ status: 500 }, { status: 500 }], {}],
    ['429', [{ status: 429 }], {}],
    ['the connection ends', ['close', 'close'] as const, {}],
    ['the token that administers is refused', [{ status: 401 }], { manageWith: 'initial_access_token' }],
    ['the token that administers may not', [{ status: 403 }], { manageWith: 'initial_access_token' }],
  ] as const)('%s', async (_name, steps, manage) => {
    const given: EntryOptions = 'manageWith' in manage ? { ...manage, initialAccessToken: 'admin' } : {}
    const { as, client, ensure, invalidate, store } = await registered({}, given)
    const before = await storedAt(store, as.origin)
    as.refuse('GET', ...steps)
    const error = await failureOf(invalidate())
    expect(error.code).toMatch(/server_error|rate_limited|network_error|unauthorized|forbidden/)
    expect(await storedAt(store, as.origin)).toEqual(before)
    expect(await ensure()).toMatchObject({ client, action: 'none' })
  })

  test('the store cannot be read', async () => {
    const { as, client, invalidate, store } = await registered()
    store.get = () => Promise.reject(new Error('disk'))
    expect(await failureOf(invalidate(client))).toMatchObject({ code: 'store_failed', outcome: 'not_sent' })
    expect(as.asked).toBe('POST')
  })
})

describe('it is another than the one in force: ensure gives that, and nobody is asked', () => {
  test.each([
    ['another client', { client_id: 'other', client_secret: 'x' }],
    ['an older secret', { client_secret: 'older' }],
  ])('%s', async (_name, other) => {
    const { as, client, ensure, invalidate } = await registered()
    const sent = as.connections
    expect(await invalidate({ ...client, ...other } as never)).toBe(true)
    expect(await ensure()).toMatchObject({ client, action: 'none' })
    expect(as.connections).toBe(sent)
  })

  test('nothing is stored: it goes by another name', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const error = await failureOf(registrar.invalidate(as.origin, { client_id: 'c1' }))
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain('options.name')
    expect(as.connections).toBe(0)
    expect(await store.list()).toEqual([])
  })

  test('another process has replaced it meanwhile', async () => {
    const { as, client, invalidate, ensure, store } = await registered({ management: [] })
    const { client: other } = await open({ store }).registrar.ensure(as.origin, CHANGED)
    expect(await invalidate(client)).toBe(true)
    expect((await storedAt(store, as.origin)).client).toEqual(other)
    expect((await storedAt(store, as.origin)).trouble).toBeUndefined()
    await ensure()
    expect(as.asked).toBe('POST POST POST')
  })
})

test.each([undefined, null, {}, { client_id: '' }, { client_id: 5 }, 'c1'])(
  '%j is no client',
  async (client) => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const error = await failureOf(registrar.invalidate(as.origin, client as never))
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(as.connections).toBe(0)
  },
)

describe('a client that is refused again and again', () => {
  test('is registered anew once in ten minutes', async () => {
    const setClock = stopClock()
    const { as, ensure, registrar } = await registered({ management: [] })
    /** As an application does whose token endpoint refuses every client. */
    const refused = async () => registrar.invalidate(as.origin, (await ensure()).client)
    await refused()
    setClock(1)
    await refused()
    for (const time of [2, 300, 600]) {
      setClock(time)
      const sent = as.connections
      const error = await failureOf(ensure())
      expect(error).toMatchObject({ code: 'registered_recently', outcome: 'not_sent', attempts: 0 })
      expect(error.client).toMatchObject({ client_id: [...as.clients.keys()].at(-1) })
      expect(error.message).toMatch(/^ensure: .*(10|6|1) min.*\. Nothing was sent\. .*error\.client\.$/)
      expect(as.connections).toBe(sent)
    }
    setClock(601)
    expect((await ensure()).action).toBe('replace')
    expect(as.asked).toBe('POST POST POST')
  })

  test('is not locked out by a clock that was set back', async () => {
    const setClock = stopClock()
    const { as, ensure, invalidate } = await registered({ management: [] })
    await invalidate()
    await invalidate((await ensure()).client)
    setClock(-24 * 3600)
    expect((await ensure()).action).toBe('replace')
    expect(as.asked).toBe('POST POST POST')
  })

  test('is asked about once, and registered once, however many ask', async () => {
    const { as, client, ensure, invalidate } = await registered()
    as.clients.delete(client.client_id)
    as.refuse('GET', { status: 404 })
    expect(await Promise.all(Array.from({ length: 10 }, () => invalidate()))).toEqual(Array(10).fill(true))
    await Promise.all(Array.from({ length: 10 }, ensure))
    expect(as.asked).toBe('POST GET POST')
  })
})
