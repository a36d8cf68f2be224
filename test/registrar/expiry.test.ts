import { beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../failure-of.js'
import type { Step } from '../servers/scripted.js'
import { type ServerOptions, startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, rewrite, stopClock, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const HOUR = 3600
const YEAR = 365 * 24 * HOUR

/** A client with a secret that is good for an hour, registered at second 0 of a clock that is set by hand. */
async function registered(options: ServerOptions = {}, expirySkew?: number) {
  const setClock = stopClock()
  const as = await startAuthorizationServer({ lifetime: HOUR, ...options })
  const opened = open({ expirySkew })
  const { client } = await opened.registrar.ensure(as.origin, METADATA)
  const { registrar } = opened
  const planned = async () => {
    const { action, reasons } = await registrar.plan(as.origin, METADATA)
    return [action, ...reasons].join(' ')
  }
  return { as, client, setClock, planned, ensure: () => registrar.ensure(as.origin, METADATA), ...opened }
}

describe('a secret that does not expire', () => {
  test.each([
    ['0', { client_secret: 's1', client_secret_expires_at: 0 }],
    ['not said', { client_secret: 's1' }],
    ['no secret', { client_secret_expires_at: 1 }],
    ['null', { client_secret: 's1', client_secret_expires_at: null }],
    ['before the epoch', { client_secret: 's1', client_secret_expires_at: -1 }],
  ])('%s', async (_name, credentials) => {
    const setClock = stopClock()
    const as = await startAuthorizationServer()
    as.refuse('POST', { status: 201, body: { client_id: 'c1', ...METADATA, ...credentials } })
    const { registrar } = open()
    await registrar.ensure(as.origin, METADATA)
    const sent = as.connections
    for (const time of [0, HOUR, 100 * YEAR]) {
      setClock(time)
      expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ action: 'none' })
    }
    expect(as.connections).toBe(sent)
  })
})

describe('a secret that expires', () => {
  test('does until a minute before its end', async () => {
    const { as, client, setClock, planned, ensure } = await registered()
    setClock(HOUR - 61)
    const sent = as.connections
    expect(await ensure()).toMatchObject({ client, action: 'none' })
    expect(as.connections).toBe(sent)
    setClock(HOUR - 60)
    expect(await planned()).toBe('update secret_expires_soon')
    setClock(HOUR - 1)
    expect(await planned()).toBe('update secret_expires_soon')
    setClock(HOUR)
    expect(await planned()).toBe('update secret_expired')
  })

  test.each([
    [0, HOUR - 1, 'none'],
    [0, HOUR, 'update secret_expired'],
    [600, HOUR - 601, 'none'],
    [600, HOUR - 600, 'update secret_expires_soon'],
    // At most half its lifetime: a new one would be renewed at once, for ever.
    [YEAR, HOUR / 2 - 1, 'none'],
    [YEAR, HOUR / 2, 'update secret_expires_soon'],
    [Number.POSITIVE_INFINITY, HOUR / 2 - 1, 'none'],
  ])('with a skew of %d s, at second %d: %s', async (skew, time, expected) => {
    const { setClock, planned } = await registered({}, skew)
    setClock(time)
    expect(await planned()).toBe(expected)
  })

  test('of half a minute does for a quarter of one', async () => {
    const { setClock, planned } = await registered({ lifetime: 30 })
    setClock(14)
    expect(await planned()).toBe('none')
    setClock(15)
    expect(await planned()).toBe('update secret_expires_soon')
  })

  test('a month and a century ahead does', async () => {
    for (const lifetime of [30 * 24 * HOUR, 100 * YEAR]) {
      const { setClock, planned } = await registered({ lifetime })
      setClock(29 * 24 * HOUR)
      expect(await planned()).toBe('none')
    }
  })

  test('in milliseconds is read in seconds', async () => {
    const setClock = stopClock()
    const as = await startAuthorizationServer()
    const end = Date.now() + HOUR * 1000
    const body = { client_id: 'c1', client_secret: 's1', client_secret_expires_at: end, ...METADATA }
    as.refuse('POST', { status: 201, body })
    const { registrar, warnings } = open()
    await registrar.ensure(as.origin, METADATA)
    expect(warnings).toEqual(['converted_member'])
    setClock(HOUR - 61)
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ action: 'none' })
    setClock(HOUR - 60)
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ reasons: ['secret_expires_soon'] })
  })

  test('before it came is returned, told, and not renewed for ever', async () => {
    const { as, client, warnings, ensure } = await registered({ lifetime: -10 })
    expect(warnings).toEqual(['expired_on_arrival'])
    expect(await ensure()).toMatchObject({ client, action: 'none' })
    expect(as.asked).toBe('POST')
  })

  test('before the renewed one came is returned, told, and not renewed for ever', async () => {
    const { as, setClock, warnings, ensure } = await registered()
    setClock(HOUR)
    as.options.lifetime = -10
    const { client } = await ensure()
    expect(warnings).toEqual(['expired_on_arrival'])
    expect(await ensure()).toMatchObject({ client, action: 'none' })
    expect(as.asked).toBe('POST PUT')
  })
})

describe('renewal', () => {
  test.each([HOUR - 1, HOUR, YEAR])('by an update, at second %d', async (time) => {
    const { as, client, setClock, ensure, store } = await registered()
    setClock(time)
    const { client: renewed, action } = await ensure()
    expect(action).toBe('update')
    expect(as.asked).toBe('POST PUT')
    expect(renewed.client_id).toBe(client.client_id)
    expect(renewed.client_secret).not.toBe(client.client_secret)
    expect([...as.clients.values()]).toEqual([renewed])
    expect((await storedAt(store, as.origin)).client).toEqual(renewed)
    expect(await ensure()).toMatchObject({ client: renewed, action: 'none' })
    expect(as.asked).toBe('POST PUT')
  })

  test('of the same secret for longer', async () => {
    const { as, client, setClock, ensure, planned } = await registered()
    setClock(HOUR - 1)
    const client_secret_expires_at = (client.client_secret_expires_at ?? 0) + HOUR
    as.refuse('PUT', { body: { ...client, client_secret_expires_at } })
    expect(await ensure()).toMatchObject({
      client: { ...client, client_secret_expires_at },
      action: 'update',
    })
    setClock(2 * HOUR - 61)
    expect(await planned()).toBe('none')
    setClock(2 * HOUR - 60)
    expect(await planned()).toBe('update secret_expires_soon')
  })

  test('that brings nothing new: another client, and the old one deleted', async () => {
    const { as, client, setClock, ensure, registrar } = await registered({ renews: false })
    setClock(HOUR - 1)
    const { client: other, action } = await ensure()
    expect(action).toBe('replace')
    expect(as.asked).toBe('POST PUT POST DELETE')
    expect(other.client_id).not.toBe(client.client_id)
    expect([...as.clients.values()]).toEqual([other])
    expect(await registrar.orphans()).toEqual([])
    expect(await ensure()).toMatchObject({ client: other, action: 'none' })
  })

  test('that cannot be: another client, and the old one listed', async () => {
    const { as, client, setClock, ensure, registrar } = await registered({ management: [] })
    setClock(HOUR - 1)
    expect((await ensure()).action).toBe('replace')
    expect(as.asked).toBe('POST POST')
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
  })

  test('of many at once is one', async () => {
    const { as, setClock, ensure } = await registered()
    setClock(HOUR)
    const all = await Promise.all(Array.from({ length: 20 }, ensure))
    expect(new Set(all.map(({ client }) => client.client_secret)).size).toBe(1)
    expect(as.asked).toBe('POST PUT')
  })

  test('together with a change is one update', async () => {
    const { as, setClock, registrar } = await registered()
    setClock(HOUR)
    expect(await registrar.plan(as.origin, CHANGED)).toMatchObject({
      action: 'update',
      reasons: ['secret_expired', 'metadata_changed'],
      changed: ['client_name'],
    })
    await registrar.ensure(as.origin, CHANGED)
    expect(as.asked).toBe('POST PUT')
  })

  const failures: Record<string, Step> = {
    '500': { status: 500 },
    'the network': 'close',
  }
  for (const [name, step] of Object.entries(failures)) {
    test(`fails (${name}) while the secret is good: it is returned, and told`, async () => {
      const { as, client, setClock, ensure, warnings } = await registered()
      setClock(HOUR - 30)
      as.refuse('PUT', step)
      as.refuse('GET', { status: 500 }, { status: 500 })
      const { client: old, server, action, notRenewed } = await ensure()
      expect({ old, server, action }).toEqual({ old: client, server: as.metadata, action: 'none' })
      expect(notRenewed?.code).toMatch(/server_error|network_error/)
      expect(warnings).toEqual(['renewal_failed'])
      // And then it works again, and is tried again in a while.
      as.refuse('GET')
      const sent = as.connections
      const again = await ensure()
      expect([again.client, again.action, again.notRenewed]).toEqual([client, 'none', undefined])
      expect(as.connections).toBe(sent)
      expect(warnings).toEqual(['renewal_failed'])
      setClock(HOUR - 15)
      const renewed = await ensure()
      expect(renewed.client.client_secret).not.toBe(client.client_secret)
      expect(as.clients.size).toBe(1)
    })

    test(`fails (${name}) when the secret has expired: it is an error`, async () => {
      const { as, client, setClock, ensure, store, warnings } = await registered()
      setClock(HOUR)
      as.refuse('PUT', step)
      as.refuse('GET', { status: 500 }, { status: 500 })
      expect((await failureOf(ensure())).code).toMatch(/server_error|network_error|rejected/)
      expect(warnings).toEqual([])
      expect((await storedAt(store, as.origin)).client).toEqual(client)
    })
  }

  test.each([HOUR - 1, HOUR])(
    'that the server would never have, at second %d: another client',
    async (time) => {
      const { as, client, setClock, ensure } = await registered()
      setClock(time)
      as.refuse('PUT', { status: 400, body: { error: 'invalid_client_metadata' } })
      const { client: other, action } = await ensure()
      expect(action).toBe('replace')
      expect(other.client_id).not.toBe(client.client_id)
      expect(as.asked).toBe('POST PUT POST DELETE')
    },
  )

  test('that the server limits is an error, and no reason for another client', async () => {
    const { as, setClock, ensure } = await registered()
    setClock(HOUR)
    as.refuse('PUT', { status: 429 })
    expect((await failureOf(ensure())).code).toBe('rate_limited')
    expect(as.asked).toBe('POST PUT')
  })

  test('half done: the new token is returned, as the registration in its place was refused', async () => {
    const { as, setClock, ensure, store } = await registered({ renews: false })
    setClock(HOUR - 1)
    as.refuse('POST', { status: 429 })
    const { client, action } = await ensure()
    expect(action).toBe('none')
    expect([...as.clients.values()]).toEqual([client])
    expect((await storedAt(store, as.origin)).client).toEqual(client)
  })

  test('that was done and not kept is an error while the old secret seems good: it may be void', async () => {
    const { as, setClock, ensure, store, warnings } = await registered()
    setClock(HOUR - 1)
    const { set } = store
    store.set = async (key, stored) => (stored.intent ? set(key, stored) : Promise.reject(new Error('full')))
    const error = await failureOf(ensure())
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    expect(error.client).toEqual([...as.clients.values()][0])
    expect(warnings).toEqual([])
  })

  test('by another client whose registration is lost is not tried again and again', async () => {
    const { as, client, setClock, ensure, warnings, registrar } = await registered({ management: [] })
    as.lose('POST', ...Array<Step>(5).fill('close'))
    for (let time = HOUR - 50; time < HOUR - 5; time++) {
      setClock(time)
      expect(await ensure()).toMatchObject({ client, action: 'none' })
    }
    // One, and one try to do better; the third is not sent.
    expect(as.asked).toBe('POST POST POST')
    expect(warnings).toEqual(Array(3).fill('renewal_failed'))
    setClock(HOUR)
    const error = await failureOf(ensure())
    expect(error).toMatchObject({ code: 'registration_in_doubt', outcome: 'not_sent' })
    expect(error.client).toEqual(client)
    expect(as.asked).toBe('POST POST POST')
    expect(await registrar.orphans()).toMatchObject([{ reason: 'in_doubt' }, { reason: 'in_doubt' }])
  })
})

describe('the clocks', () => {
  test.each([-600, -1, 0, 1, 600])('the server is %d s ahead: the same decision', async (clock) => {
    const { setClock, planned } = await registered({ clock })
    setClock(HOUR - 61)
    expect(await planned()).toBe('none')
    setClock(HOUR - 60)
    expect(await planned()).toBe('update secret_expires_soon')
    setClock(HOUR)
    expect(await planned()).toBe('update secret_expired')
  })

  test.each([-600, 600])(
    'the server is %d s ahead, and gives half a minute: it does for a while',
    async (clock) => {
      const { as, planned, setClock, warnings } = await registered({ clock, lifetime: 30 })
      expect(await planned()).toBe('none')
      setClock(15)
      expect(await planned()).toBe('update secret_expires_soon')
      expect(warnings).toEqual([])
      expect(as.asked).toBe('POST')
    },
  )

  test.each([-600, 600])(
    'the server is %d s ahead and does not say so, but when it registered',
    async (ahead) => {
      const setClock = stopClock()
      const as = await startAuthorizationServer({ clock: 'silent' })
      const now = Date.now() / 1000 + ahead
      const times = { client_id_issued_at: now, client_secret_expires_at: now + HOUR }
      as.refuse('POST', {
        status: 201,
        body: { client_id: 'c1', client_secret: 's1', ...METADATA, ...times },
      })
      const { registrar } = open()
      await registrar.ensure(as.origin, METADATA)
      setClock(HOUR - 61)
      expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ action: 'none' })
      setClock(HOUR - 60)
      expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ reasons: ['secret_expires_soon'] })
    },
  )

  test.each([
    ['the epoch', 0],
    ['a day ago', 24 * HOUR],
  ])('a client that was issued at %s does not tell the time', async (_name, ago) => {
    const setClock = stopClock()
    const as = await startAuthorizationServer({ clock: 'silent' })
    const now = Date.now() / 1000
    const issued = ago === 0 ? 0 : now - ago
    const times = { client_id_issued_at: issued, client_secret_expires_at: now + HOUR }
    as.refuse('POST', { status: 201, body: { client_id: 'c1', client_secret: 's1', ...METADATA, ...times } })
    const { registrar } = open()
    await registrar.ensure(as.origin, METADATA)
    setClock(HOUR)
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ reasons: ['secret_expired'] })
  })

  test('this machine is set back after it has registered: the secret counts as longer good, and no more', async () => {
    const { as, setClock, ensure, planned } = await registered()
    setClock(-YEAR)
    const sent = as.connections
    expect(await ensure()).toMatchObject({ action: 'none' })
    expect(as.connections).toBe(sent)
    setClock(HOUR)
    expect(await planned()).toBe('update secret_expired')
  })

  test('this machine jumps ahead: the server is asked, and its clock decides', async () => {
    const { as, client, setClock, ensure } = await registered({ renews: false })
    setClock(YEAR)
    // The server's clock has not jumped.
    as.options.clock = -YEAR
    expect(await ensure()).toMatchObject({
      client: { client_secret: client.client_secret },
      action: 'update',
    })
    expect(as.asked).toBe('POST PUT')
    expect(await ensure()).toMatchObject({ action: 'none' })
    expect(as.clients.size).toBe(1)
  })

  test('what is stored without a time of receipt expires all the same', async () => {
    const { as, setClock, store, planned } = await registered()
    await rewrite(store, as.origin, ({ receivedAt: _, clockOffset: __, ...stored }) => stored)
    expect(await planned()).toBe('none')
    setClock(HOUR - 60)
    expect(await planned()).toBe('update secret_expires_soon')
  })
})
