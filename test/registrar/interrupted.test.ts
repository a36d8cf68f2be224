import { beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryStore } from '../../src/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { type ServerOptions, startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, rewrite, stopClock, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

describe('what a process leaves that was killed', () => {
  const at = Math.floor(Date.now() / 1000)

  test('in a registration: it is listed, and another registered', async () => {
    const as = await startAuthorizationServer()
    const store = memoryStore()
    const intent = { id: 'i1', operation: 'register', at, requested: METADATA } as const
    await store.set(registrationKey(as.origin, 'default'), { issuer: as.origin, name: 'default', intent })
    const { registrar } = open({ store })
    const doubt = { id: 'i1', reason: 'in_doubt', at, requested: METADATA }
    expect(await registrar.orphans()).toMatchObject([doubt])
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('register')
    expect(await registrar.orphans()).toMatchObject([doubt])
  })

  /** A client, with the trace of something that was asked about it. */
  async function killedDuring(operation: 'update' | 'delete' | 'get', options?: ServerOptions) {
    const as = await startAuthorizationServer(options)
    const opened = open()
    const { client } = await opened.registrar.ensure(as.origin, METADATA)
    const intent = { id: 'i1', operation, at }
    await rewrite(opened.store, as.origin, (stored) => ({ ...stored, intent }))
    return { as, client, ...opened }
  }

  test('in an update that was done: a read finds it, and that is all', async () => {
    const { as, client, registrar, store } = await killedDuring('update', { rotates: false })
    const updated = { ...client, ...CHANGED }
    as.clients.set(client.client_id, updated)
    expect(await registrar.plan(as.origin, CHANGED)).toMatchObject({
      action: 'update',
      reasons: ['update_interrupted', 'metadata_changed'],
    })
    expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ client: updated, action: 'update' })
    expect(as.asked).toBe('POST GET')
    expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ action: 'none' })
    expect((await storedAt(store, as.origin)).intent).toBeUndefined()
  })

  test('in an update that removed a member, and was done', async () => {
    const { scope, ...less } = METADATA
    const { as, client, registrar } = await killedDuring('update', { rotates: false })
    const { scope: _, ...updated } = client
    as.clients.set(client.client_id, updated)
    await registrar.ensure(as.origin, less)
    expect(as.asked).toBe('POST GET')
    expect(scope).toBe(METADATA.scope)
  })

  test('in an update that was not done: it is read, and made', async () => {
    const { as, registrar } = await killedDuring('update')
    expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ action: 'update' })
    expect(as.asked).toBe('POST GET PUT')
    expect([...as.clients.values()]).toMatchObject([CHANGED])
    expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ action: 'none' })
  })

  test('in an update that was not done and would remove a member', async () => {
    const { scope: _, ...less } = METADATA
    const { as, registrar } = await killedDuring('update')
    await registrar.ensure(as.origin, less)
    expect(as.asked).toBe('POST GET PUT')
    expect([...as.clients.values()][0]).not.toHaveProperty('scope')
  })

  test('in an update, and what is wanted is again what it was', async () => {
    const { as, client, registrar } = await killedDuring('update', { rotates: false })
    as.clients.set(client.client_id, { ...client, ...CHANGED })
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
      action: 'update',
      reasons: ['update_interrupted'],
    })
    expect((await registrar.ensure(as.origin, METADATA)).client).toMatchObject(METADATA)
    expect(as.asked).toBe('POST GET PUT')
  })

  test('in a renewal that was done: a read finds it, and that is all', async () => {
    const setClock = stopClock()
    const { as, client, registrar } = await killedDuring('update', { rotates: false, lifetime: 3600 })
    const client_secret_expires_at = (client.client_secret_expires_at ?? 0) + 3600
    const renewed = { ...client, client_secret: 'renewed', client_secret_expires_at }
    as.clients.set(client.client_id, renewed)
    setClock(3600)
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client: renewed })
    expect(as.asked).toBe('POST GET')
  })

  test('in a renewal that was not done: it is read, and renewed', async () => {
    const setClock = stopClock()
    const { as, client, registrar } = await killedDuring('update', { lifetime: 3600 })
    setClock(3600)
    const { client: renewed } = await registrar.ensure(as.origin, METADATA)
    expect(as.asked).toBe('POST GET PUT')
    expect(renewed.client_id).toBe(client.client_id)
  })

  test('in an update that took the token: it is locked, told once, and remembered', async () => {
    const { as, client, registrar, store } = await killedDuring('update')
    as.clients.set(client.client_id, { ...client, registration_access_token: 'unknown' })
    const error = await failureOf(registrar.ensure(as.origin, METADATA))
    expect(error).toMatchObject({ code: 'management_locked', outcome: 'unknown' })
    expect(error.client).toEqual(client)
    expect(await storedAt(store, as.origin)).toMatchObject({ trouble: 'management_locked' })
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    expect(as.asked).toBe('POST GET')
  })

  test('in an update, at a server that offers no read', async () => {
    const { as, registrar } = await killedDuring('update', { management: ['PUT'] })
    as.refuse('GET', { status: 405 })
    const { action } = await registrar.ensure(as.origin, CHANGED)
    expect(action).toBe('replace')
    expect(await registrar.orphans()).toHaveLength(1)
  })

  test('in a deletion: it may be gone, and another is registered', async () => {
    const { as, client, registrar } = await killedDuring('delete')
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
      action: 'replace',
      reasons: ['deletion_interrupted'],
    })
    const { client: other } = await registrar.ensure(as.origin, METADATA)
    expect(as.asked).toBe('POST POST DELETE')
    expect([...as.clients.keys()]).toEqual([other.client_id])
    expect(other.client_id).not.toBe(client.client_id)
    expect(await registrar.orphans()).toEqual([])
  })

  test('in a deletion that was done: another is registered, and it stays listed, as 401 may mean a void token', async () => {
    const { as, client, registrar, warnings } = await killedDuring('delete')
    as.clients.delete(client.client_id)
    await registrar.ensure(as.origin, METADATA)
    expect(as.asked).toBe('POST POST DELETE')
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
    expect(warnings).toEqual(['orphan_left'])
  })

  test('in a deletion that was done, and 404 says so: another is registered, and nothing listed', async () => {
    const { as, registrar, warnings } = await killedDuring('delete')
    as.refuse('DELETE', { status: 404 })
    await registrar.ensure(as.origin, METADATA)
    expect(await registrar.orphans()).toEqual([])
    expect(warnings).toEqual(['delete_unconfirmed'])
  })
})

test('who gives up while the store saves what is about to be asked leaves no doubt for the next', async () => {
  const as = await startAuthorizationServer()
  const { registrar, store } = open()
  const { set } = store
  const controller = new AbortController()
  let land = () => {}
  const landing = new Promise<void>((resolve) => {
    land = resolve
  })
  store.set = async (...given) => {
    store.set = set
    controller.abort()
    await landing
    return set(...given)
  }
  const { signal } = controller
  const error = await failureOf(registrar.ensure(as.origin, METADATA, { signal }))
  expect(error).toMatchObject({ code: 'aborted', outcome: 'not_sent' })
  const next = registrar.ensure(as.origin, METADATA)
  land()
  const { client } = await next
  expect(as.asked).toBe('POST')
  expect(await registrar.orphans()).toEqual([])
  expect(await storedAt(store, as.origin)).toMatchObject({ client, orphans: [] })
})
