import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { ClientMetadata } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import type { Step } from '../servers/scripted.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, registered, storedAt } from './set-up.js'

// The wait before a request is sent again is a random part of 300 ms: here it is none.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const { scope: _, ...LESS } = METADATA

describe('what is wanted has changed: one update, in place', () => {
  test.each<[string, ClientMetadata]>([
    ['a member is another', CHANGED],
    ['a member is new', { ...METADATA, client_uri: 'https://app.example.com/' }],
    ['a member is gone', LESS],
    ['a member is null', { ...METADATA, scope: null as never }],
    [
      'a list has one more',
      { ...METADATA, redirect_uris: [...METADATA.redirect_uris, 'https://b.example/'] },
    ],
    ['a list has one less', { ...METADATA, redirect_uris: METADATA.redirect_uris.slice(1) }],
    ['all at once', { redirect_uris: ['https://b.example/cb'], software_id: 'app' }],
  ])('%s', async (_name, wanted) => {
    const { as, client, registrar, store, warnings } = await registered()
    const { client: changed, action } = await registrar.ensure(as.origin, wanted)
    expect(action).toBe('update')
    expect(as.asked).toBe('POST PUT')
    const { client_id } = client
    const whole = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null))
    expect(as.sent('PUT')).toEqual([{ client_id, ...whole }])
    expect(changed.client_id).toBe(client_id)
    expect([...as.clients.values()]).toEqual([changed])
    expect(await storedAt(store, as.origin)).toMatchObject({ client: changed, requested: whole, orphans: [] })
    expect(warnings).toEqual([])
    // And then it is as it is wanted.
    const sent = as.connections
    expect(await registrar.ensure(as.origin, wanted)).toMatchObject({ client: changed, action: 'none' })
    expect(as.connections).toBe(sent)
  })

  test('back and forth is an update each', async () => {
    const { as, registrar } = await registered()
    for (const wanted of [CHANGED, METADATA, CHANGED]) await registrar.ensure(as.origin, wanted)
    expect(as.asked).toBe('POST PUT PUT PUT')
    expect([...as.clients.values()]).toMatchObject([CHANGED])
  })

  test('two processes that want the same make one', async () => {
    const { as, store } = await registered()
    await Promise.all([1, 2, 3].map(() => open({ store }).registrar.ensure(as.origin, CHANGED)))
    expect(as.asked).toBe('POST PUT')
  })
})

describe('what is wanted means the same: nothing is sent', () => {
  test.each<[string, ClientMetadata]>([
    ['members in another order', Object.fromEntries(Object.entries(METADATA).reverse()) as ClientMetadata],
    ['lists in another order', { ...METADATA, redirect_uris: [...METADATA.redirect_uris].reverse() }],
    ['scopes in another order', { ...METADATA, scope: 'offline_access openid' }],
    ['a member that is null', { ...METADATA, logo_uri: null as never }],
    ['a member that is undefined', { ...METADATA, logo_uri: undefined as never }],
    ['a member that is empty', { ...METADATA, logo_uri: '' }],
  ])('%s', async (_name, wanted) => {
    const { as, client, registrar } = await registered()
    const sent = as.connections
    expect(await registrar.ensure(as.origin, wanted)).toMatchObject({ client, action: 'none' })
    expect(as.connections).toBe(sent)
  })

  test('what the server granted otherwise is no change either', async () => {
    const as = await startAuthorizationServer()
    as.refuse('POST', { status: 201, body: { client_id: 'c1', ...METADATA, client_name: 'Cut', scope: 'a' } })
    const { registrar, warnings } = open()
    await registrar.ensure(as.origin, METADATA)
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ action: 'none' })
    expect(warnings.filter((code) => code === 'granted_differs')).toHaveLength(2)
    expect(as.asked).toBe('POST')
  })
})

describe('a client that cannot be updated is replaced', () => {
  test.each([401, 403, 404, 405, 410, 501])('the update is answered with %i', async (status) => {
    const { as, client, registrar, store, warnings } = await registered()
    as.refuse('PUT', { status })
    const { client: other, action } = await registrar.ensure(as.origin, CHANGED)
    expect(action).toBe('replace')
    expect(as.asked).toBe('POST PUT POST DELETE')
    expect(as.sent('POST')[1]).toEqual(CHANGED)
    expect(other.client_id).not.toBe(client.client_id)
    expect([...as.clients.values()]).toEqual([other])
    expect(await storedAt(store, as.origin)).toMatchObject({ client: other, requested: CHANGED, orphans: [] })
    expect(warnings).toEqual([])
  })

  test('there is no management: the old one is listed', async () => {
    const { as, client, registrar, warnings } = await registered({ management: [] })
    expect((await registrar.ensure(as.origin, CHANGED)).action).toBe('replace')
    expect(as.asked).toBe('POST POST')
    expect(as.clients.size).toBe(2)
    expect(await registrar.orphans()).toMatchObject([
      { issuer: as.origin, name: 'default', reason: 'replaced', client },
    ])
    expect(warnings).toEqual(['orphan_left'])
  })

  test('there is only DELETE: the old one is deleted', async () => {
    const { as, client, registrar } = await registered({ management: ['DELETE'] })
    expect((await registrar.ensure(as.origin, CHANGED)).action).toBe('replace')
    expect(as.asked).toBe('POST PUT POST DELETE')
    expect(as.clients.has(client.client_id)).toBe(false)
    expect(await registrar.orphans()).toEqual([])
  })

  test('the old one cannot be deleted: it is listed, and the new one returned', async () => {
    const { as, client, registrar, store, warnings } = await registered({ management: ['GET'] })
    const { client: other } = await registrar.ensure(as.origin, CHANGED)
    expect(as.asked).toBe('POST PUT POST DELETE')
    expect((await storedAt(store, as.origin)).client).toEqual(other)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
    expect(warnings).toEqual(['orphan_left'])
  })

  test('the new one is refused: the old one stays in force', async () => {
    const { as, client, registrar } = await registered({ management: [] })
    as.refuse('POST', { status: 400 })
    const error = await failureOf(registrar.ensure(as.origin, CHANGED))
    expect(error).toMatchObject({ code: 'rejected', outcome: 'rejected' })
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    expect(await registrar.orphans()).toEqual([])
  })

  test('a server that knows the application again gives the same client: it is not deleted', async () => {
    const { as, client, registrar } = await registered({ management: ['GET', 'DELETE'] })
    const { client_secret: _, registration_access_token: __, ...rest } = client
    as.refuse('POST', { status: 200, body: { ...rest, ...CHANGED } })
    const { client: again } = await registrar.ensure(as.origin, CHANGED)
    expect(again).toEqual({ ...client, ...CHANGED })
    expect(as.asked).toBe('POST PUT POST')
    expect(as.clients.has(client.client_id)).toBe(true)
    expect(await registrar.orphans()).toEqual([])
  })

  test('the caller gives up while the old one is deleted: the new one is returned', async () => {
    const { as, client, registrar } = await registered({ management: ['DELETE'] })
    const controller = new AbortController()
    as.refuse('DELETE', () => {
      controller.abort()
      return 'never answer'
    })
    const { client: other } = await registrar.ensure(as.origin, CHANGED, { signal: controller.signal })
    expect(other.client_id).not.toBe(client.client_id)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
  })
})

describe('the update is refused for what was asked', () => {
  test.each([400, 409, 422])('%i: the old client stays in force, as it was', async (status) => {
    const { as, client, registrar } = await registered()
    as.refuse('PUT', { status, body: { error: 'invalid_client_metadata' } })
    const error = await failureOf(registrar.ensure(as.origin, CHANGED))
    expect(error).toMatchObject({ outcome: 'rejected', status, error: 'invalid_client_metadata' })
    expect(as.asked).toBe('POST PUT')
    const sent = as.connections
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    expect(as.connections).toBe(sent)
  })
})

describe('the answer to the update is lost', () => {
  const losses: Record<string, Step> = {
    'the connection ends': 'close',
    'half an answer': { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"client_id"' },
    '500': { status: 500 },
  }
  for (const [name, loss] of Object.entries(losses)) {
    test(`${name}; it was done: a read finds it`, async () => {
      const { as, client, registrar, warnings } = await registered({ rotates: false })
      as.lose('PUT', loss)
      const { client: changed, action } = await registrar.ensure(as.origin, CHANGED)
      expect(changed).toEqual({ ...client, ...CHANGED })
      expect(action).toBe('update')
      expect(as.asked).toBe('POST PUT GET')
      expect(warnings).toEqual(['update_reconciled'])
      expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ action: 'none' })
    })

    test(`${name}; it was not done: it is sent once more`, async () => {
      const { as, client, registrar } = await registered({ rotates: false })
      as.refuse('PUT', loss)
      const { client: changed } = await registrar.ensure(as.origin, CHANGED)
      expect(changed).toEqual({ ...client, ...CHANGED })
      expect(as.asked).toBe('POST PUT GET PUT')
    })

    test(`${name}, and the new token with it: told once, and remembered`, async () => {
      const { as, client, registrar, store } = await registered()
      as.lose('PUT', loss)
      const error = await failureOf(registrar.ensure(as.origin, CHANGED))
      expect(error).toMatchObject({ code: 'management_locked', outcome: 'applied' })
      expect(error.client).toEqual(client)
      expect(await storedAt(store, as.origin)).toMatchObject({ client, trouble: 'management_locked' })
      // Still good for all but changes.
      const sent = as.connections
      expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
        action: 'none',
        reasons: ['management_locked'],
      })
      expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
      expect(as.connections).toBe(sent)
    })
  }

  test('a client that is locked is replaced when there is something to change, and listed', async () => {
    const { as, client, registrar, warnings } = await registered()
    as.lose('PUT', 'close')
    await failureOf(registrar.ensure(as.origin, CHANGED))
    const { client: other, action } = await registrar.ensure(as.origin, CHANGED)
    expect(action).toBe('replace')
    expect(as.asked).toBe('POST PUT GET POST DELETE')
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
    expect(warnings).toEqual(['orphan_left'])
    expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ client: other, action: 'none' })
    expect(await registrar.plan(as.origin, CHANGED)).toMatchObject({ action: 'none', reasons: [] })
  })
})
