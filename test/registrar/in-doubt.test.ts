import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { RegistrarOptions } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import type { Step } from '../servers/scripted.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, gathering, METADATA, open, stopClock, storedAt } from './set-up.js'

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
    // The clock stands still, and nothing is asked before: however slow this machine is, it is sent before the deadline.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const error = await failureOf(registrar.ensure(as.metadata, METADATA, { timeout: 300 }))
    clock.mockRestore()
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
    for (const time of [60, 300, 659]) {
      setClock(time)
      const sent = as.connections
      const error = await failureOf(registrar.ensure(as.origin, METADATA))
      expect(error).toMatchObject({ code: 'registration_in_doubt', outcome: 'not_sent', attempts: 0 })
      expect(error.message).toMatch(
        /^ensure: 2 registration.+orphans\(\).+forget\(\).+\d min\. Nothing was sent\.$/,
      )
      expect(as.connections).toBe(sent)
    }
    // And then one in a while.
    setClock(660)
    for (let count = 0; count < 3; count++) await failureOf(registrar.ensure(as.origin, METADATA))
    expect(as.asked).toBe('POST POST POST')
    expect(await registrar.orphans()).toHaveLength(3)
    setClock(1260)
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('register')
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
    const { registrar } = open({ store: gathering(2) })
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
    const { registrar } = open({ store: gathering(2) })
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
