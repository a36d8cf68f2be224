import { beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryStore, type RegistrarOptions } from '../../src/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import type { Step } from '../servers/scripted.js'
import { type ServerOptions, startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, rewrite, stopClock, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const losses: Record<string, Step> = {
  'the connection ends': 'close',
  'the connection is reset': 'reset',
  '500': { status: 500 },
  'half an answer': { raw: 'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"client_id"' },
  'an answer that is no JSON': { status: 201, body: '<h1>Created' },
  'an answer without a client_id': { status: 201, body: {} },
}

describe('the answer to a registration is lost', () => {
  for (const [name, loss] of Object.entries(losses)) {
    test(`${name}: what was asked stays, and is listed`, async () => {
      const as = await startAuthorizationServer()
      const { registrar, store } = open()
      as.lose('POST', loss)
      const error = await failureOf(registrar.ensure(as.origin, METADATA))
      expect(error.outcome).toMatch(/unknown|applied/)
      expect(as.asked).toBe('POST')
      expect(await storedAt(store, as.origin)).toMatchObject({
        intent: { operation: 'register', requested: METADATA },
      })
      expect(await registrar.orphans()).toMatchObject([
        { issuer: as.origin, name: 'default', reason: 'in_doubt', requested: METADATA },
      ])
    })

    test(`${name}: one more is registered, and what may exist stays listed`, async () => {
      const as = await startAuthorizationServer()
      const { registrar, store } = open()
      as.lose('POST', loss)
      await failureOf(registrar.ensure(as.origin, METADATA))
      const [doubt] = await registrar.orphans()
      expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
        action: 'register',
        reasons: ['registration_in_doubt'],
      })
      const { client, action } = await registrar.ensure(as.origin, METADATA)
      expect(action).toBe('register')
      expect(as.asked).toBe('POST POST')
      expect(await storedAt(store, as.origin)).toMatchObject({ client })
      expect(await registrar.orphans()).toEqual([doubt])
      expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    })
  }

  test('by the time: so too', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    as.refuse('POST', 'never answer')
    const error = await failureOf(registrar.ensure(as.origin, METADATA, { timeout: 300 }))
    expect(error).toMatchObject({
      code: 'timeout',
      outcome: 'unknown',
      endpoint: `POST ${as.origin}/register`,
    })
    expect(error.message).toContain('300 ms')
    expect(await registrar.orphans()).toMatchObject([{ reason: 'in_doubt' }])
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('register')
  })

  test('twice in ten minutes: no more are sent until they have passed', async () => {
    const setClock = stopClock()
    const as = await startAuthorizationServer()
    const { registrar } = open()
    as.lose('POST', 'close', 'close', 'close')
    await failureOf(registrar.ensure(as.origin, METADATA))
    setClock(60)
    await failureOf(registrar.ensure(as.origin, METADATA))
    for (const time of [60, 300, 599]) {
      setClock(time)
      const sent = as.connections
      const error = await failureOf(registrar.ensure(as.origin, METADATA))
      expect(error).toMatchObject({ code: 'registration_in_doubt', outcome: 'not_sent', attempts: 0 })
      expect(error.message).toMatch(
        /^ensure: 2 registration.+orphans\(\).+forget\(\).+\d min\. Nothing was sent\.$/,
      )
      expect(as.connections).toBe(sent)
    }
    setClock(600)
    await failureOf(registrar.ensure(as.origin, METADATA))
    expect(as.asked).toBe('POST POST POST')
    expect(await registrar.orphans()).toHaveLength(3)
  })

  test('and the clock is set back: that is not for ever', async () => {
    const setClock = stopClock()
    const as = await startAuthorizationServer()
    const { registrar } = open()
    as.lose('POST', 'close', 'close')
    for (let count = 0; count < 2; count++) await failureOf(registrar.ensure(as.origin, METADATA))
    setClock(-24 * 3600)
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('register')
  })

  test('and the next one refused: the first stays in doubt', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    as.lose('POST', 'close')
    as.refuse('POST', { status: 400 })
    await failureOf(registrar.ensure(as.origin, METADATA))
    const before = await registrar.orphans()
    expect((await failureOf(registrar.ensure(as.origin, METADATA))).outcome).toBe('rejected')
    expect(await registrar.orphans()).toEqual(before)
    expect(before).toHaveLength(1)
  })

  test('of what replaces another: both stay known, and the old one can still be changed', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const { client } = await registrar.ensure(as.origin, METADATA)
    as.refuse('PUT', { status: 403 })
    as.lose('POST', 'close')
    await failureOf(registrar.ensure(as.origin, CHANGED))
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    const doubts = await registrar.orphans()
    expect(doubts).toMatchObject([{ reason: 'in_doubt', requested: CHANGED }])
    // The server takes updates again.
    await registrar.ensure(as.origin, CHANGED)
    expect(as.asked).toBe('POST PUT POST PUT')
    expect(await registrar.orphans()).toEqual(doubts)
    await registrar.remove(as.origin)
    expect(await registrar.orphans()).toEqual(doubts)
  })

  test('of what replaces another is not tried without end', async () => {
    const as = await startAuthorizationServer({ management: ['GET'] })
    const { registrar } = open()
    const { client } = await registrar.ensure(as.origin, METADATA)
    as.lose('POST', ...Array<Step>(9).fill('close'))
    const codes = []
    for (let count = 0; count < 5; count++)
      codes.push((await failureOf(registrar.ensure(as.origin, CHANGED))).code)
    expect(codes).toEqual(['network_error', 'network_error', ...Array(3).fill('registration_in_doubt')])
    expect(as.clients.size).toBe(3)
    expect(await registrar.orphans()).toHaveLength(2)
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
  })

  test('by an abort: the other callers get the client', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const controller = new AbortController()
    as.lose('POST', (request) => {
      controller.abort(new Error('the user went away'))
      return { status: 201, body: as.clients.get('client-1') ?? request.body }
    })
    const given = failureOf(registrar.ensure(as.origin, METADATA, { signal: controller.signal }))
    const other = registrar.ensure(as.origin, METADATA)
    expect(await given).toMatchObject({
      code: 'aborted',
      outcome: 'unknown',
      cause: controller.signal.reason,
    })
    expect(await other).toMatchObject({ action: 'register', client: { client_id: 'client-1' } })
    expect(as.asked).toBe('POST')
  })

  test('by the abort of everybody: it is given up, and what was asked stays', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const controllers = [new AbortController(), new AbortController()] as const
    const asked = new Promise<void>((resolve) => {
      as.refuse('POST', () => {
        resolve()
        return 'never answer'
      })
    })
    const calls = controllers.map(({ signal }) =>
      failureOf(registrar.ensure(as.origin, METADATA, { signal })),
    )
    await asked
    const reasons = [new Error('first'), new Error('last')] as const
    for (const [index, controller] of controllers.entries()) controller.abort(reasons[index])
    const [first, last] = await Promise.all(calls)
    expect(first).toMatchObject({ code: 'aborted', outcome: 'unknown', cause: reasons[0] })
    expect(last).toMatchObject({ code: 'aborted', outcome: 'unknown', cause: reasons[1], attempts: 1 })
    expect(last?.endpoint).toBe(`POST ${as.origin}/register`)
    expect(await registrar.orphans()).toMatchObject([{ reason: 'in_doubt' }])
  })

  test('who comes after the last has given up is not given up on', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const controller = new AbortController()
    let later: Promise<unknown> | undefined
    controller.signal.addEventListener('abort', () => {
      later = registrar.ensure(as.origin, METADATA)
    })
    as.refuse('POST', () => {
      queueMicrotask(() => controller.abort())
      return 'never answer'
    })
    const first = await failureOf(registrar.ensure(as.origin, METADATA, { signal: controller.signal }))
    expect(first.code).toBe('aborted')
    await expect(later).resolves.toMatchObject({ action: 'register' })
  })

  test('before anything was sent, nothing stays', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const error = await failureOf(
      registrar.ensure(as.origin, METADATA, { signal: AbortSignal.abort(new Error('no')) }),
    )
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not_sent' })
    expect(as.connections).toBe(0)
    expect(await store.list()).toEqual([])
  })
})

describe('whenInDoubt: hold', () => {
  const hold: Partial<RegistrarOptions> = { whenInDoubt: 'hold' }

  test('nothing is registered until somebody has looked', async () => {
    const setClock = stopClock()
    const as = await startAuthorizationServer()
    const { registrar } = open(hold)
    as.lose('POST', 'close')
    expect((await failureOf(registrar.ensure(as.origin, METADATA))).code).toBe('network_error')
    const sent = as.connections
    for (const time of [0, 601, 10 * 24 * 3600]) {
      setClock(time)
      const error = await failureOf(registrar.ensure(as.origin, METADATA))
      expect(error).toMatchObject({ code: 'registration_in_doubt', outcome: 'not_sent' })
      expect(error.message).toMatch(/forget\(\) what is not there\. Nothing was sent\.$/)
    }
    expect(as.connections).toBe(sent)
    for (const orphan of await registrar.orphans()) await registrar.forget(orphan)
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('register')
    expect(as.asked).toBe('POST POST')
    expect(await registrar.orphans()).toEqual([])
  })

  test('a client that is in force is returned all the same', async () => {
    const as = await startAuthorizationServer({ management: [] })
    const { registrar } = open(hold)
    const { client } = await registrar.ensure(as.origin, METADATA)
    as.lose('POST', 'close')
    await failureOf(registrar.ensure(as.origin, CHANGED))
    expect(await registrar.ensure(as.origin, METADATA)).toMatchObject({ client, action: 'none' })
    const error = await failureOf(registrar.ensure(as.origin, CHANGED))
    expect(error.code).toBe('registration_in_doubt')
    expect(error.client).toEqual(client)
    expect(as.asked).toBe('POST POST')
  })
})

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

  test('in a deletion that was done: another is registered, and nothing listed', async () => {
    const { as, client, registrar, warnings } = await killedDuring('delete')
    as.clients.delete(client.client_id)
    await registrar.ensure(as.origin, METADATA)
    expect(as.asked).toBe('POST POST DELETE')
    expect(await registrar.orphans()).toEqual([])
    expect(warnings).toEqual(['delete_unconfirmed'])
  })
})
