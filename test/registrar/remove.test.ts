import { beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, registered, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

describe('remove', () => {
  test('deletes the client at the server, and then in the store', async () => {
    const { as, registrar, store } = await registered()
    await registrar.remove(as.origin)
    expect(as.asked).toBe('POST DELETE')
    expect(as.clients.size).toBe(0)
    expect(await store.list()).toEqual([])
    // And then there is none.
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('register')
  })

  test('of nothing asks nobody', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    await registrar.remove(as.origin)
    expect(as.connections).toBe(0)
    expect(await store.list()).toEqual([])
  })

  test('of one name leaves the others', async () => {
    const { as, client, registrar } = await registered()
    await registrar.ensure(as.origin, METADATA, { name: 'other' })
    await registrar.remove(as.origin, { name: 'other' })
    expect([...as.clients.values()]).toEqual([client])
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
  })

  test.each([401, 403, 404, 405, 410, 501])(
    'answered with %i: no longer in use, and listed',
    async (status) => {
      const { as, client, registrar, store, warnings } = await registered()
      as.refuse('DELETE', { status })
      await registrar.remove(as.origin)
      expect(warnings).toEqual(['orphan_left'])
      expect(await registrar.orphans()).toMatchObject([{ reason: 'removed', client, name: 'default' }])
      expect((await storedAt(store, as.origin)).client).toBeUndefined()
      expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
        action: 'register',
        reasons: ['not_registered'],
      })
    },
  )

  test('without management: no longer in use, and listed', async () => {
    const { as, client, registrar } = await registered({ management: [] })
    await registrar.remove(as.origin)
    expect(as.asked).toBe('POST')
    expect(await registrar.orphans()).toMatchObject([{ reason: 'removed', client }])
    const { client: other } = await registrar.ensure(as.origin, METADATA)
    expect(other.client_id).not.toBe(client.client_id)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'removed', client }])
  })

  test('that fails leaves it in force, and can be tried again', async () => {
    const { as, client, registrar, store } = await registered()
    as.refuse('DELETE', { status: 429 })
    expect(await failureOf(registrar.remove(as.origin))).toMatchObject({ code: 'rate_limited' })
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    await registrar.remove(as.origin)
    expect(await store.list()).toEqual([])
  })

  test('whose answers are lost can be tried again, and finds it done', async () => {
    const { as, registrar, store, warnings } = await registered()
    as.lose('DELETE', 'close')
    as.refuse('DELETE', 'close', { status: 404 })
    expect(await failureOf(registrar.remove(as.origin))).toMatchObject({
      code: 'network_error',
      outcome: 'unknown',
    })
    expect((await storedAt(store, as.origin)).intent).toMatchObject({ operation: 'delete' })
    await registrar.remove(as.origin)
    expect(as.asked).toBe('POST DELETE DELETE DELETE')
    expect(warnings).toEqual(['delete_unconfirmed'])
    expect(await store.list()).toEqual([])
  })

  test.each(['close', { status: 500 }] as const)(
    'answered with 401 after %j: the token may be void, so it is listed',
    async (loss) => {
      const { as, client, registrar } = await registered()
      as.clients.set(client.client_id, { ...client, registration_access_token: 'another' })
      as.refuse('DELETE', loss)
      await registrar.remove(as.origin)
      expect(as.asked).toBe('POST DELETE DELETE')
      expect(await registrar.orphans()).toMatchObject([{ reason: 'removed', client }])
    },
  )

  test('that was done and not saved is saved by the next call, and nobody asked', async () => {
    const { as, registrar, store } = await registered()
    const { delete: good } = store
    store.delete = () => Promise.reject(new Error('disk full'))
    expect((await failureOf(registrar.remove(as.origin))).outcome).toBe('applied')
    store.delete = good
    await registrar.remove(as.origin)
    expect(as.asked).toBe('POST DELETE')
    expect(await registrar.orphans()).toEqual([])
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ action: 'register' })
  })

  test('keeps what is listed', async () => {
    const { as, client, registrar } = await registered({ management: [] })
    await registrar.ensure(as.origin, CHANGED)
    await registrar.remove(as.origin)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }, { reason: 'removed' }])
  })

  test('that the store fails to keep: the client is in the error', async () => {
    const { as, client, registrar, store } = await registered()
    store.delete = () => Promise.reject(new Error('disk'))
    const error = await failureOf(registrar.remove(as.origin))
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'applied' })
    expect(error.client).toMatchObject({ client_id: client.client_id })
  })

  test('that the store cannot keep in mind sends nothing', async () => {
    const { as, registrar, store } = await registered()
    store.set = () => Promise.reject(new Error('disk'))
    expect(await failureOf(registrar.remove(as.origin))).toMatchObject({
      code: 'store_failed',
      outcome: 'not_sent',
    })
    expect(as.asked).toBe('POST')
  })
})
