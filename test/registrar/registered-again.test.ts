import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Ensured } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, stopClock, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

test('a server that gives a client again that was replaced: it is in force, and not listed', async () => {
  const as = await startAuthorizationServer()
  const { registrar } = open()
  const { client } = await registrar.ensure(as.origin, METADATA)
  as.refuse('PUT', { status: 403 }, { status: 403 })
  as.refuse('DELETE', { status: 500 }, { status: 500 })
  const { client: other } = await registrar.ensure(as.origin, CHANGED)
  as.refuse('DELETE', { status: 403 })
  as.refuse('POST', { status: 201, body: client })
  expect((await registrar.ensure(as.origin, METADATA)).client).toEqual(client)
  expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client: other }])
  expect((await registrar.collect()).deleted).toHaveLength(1)
  expect([...as.clients.values()]).toEqual([client])
})

describe('a server whose answers cannot be used', () => {
  const unusable = { status: 201, body: { client_id: 'c\u0001', ...METADATA } }

  test('is asked twice, and then once in a while: each may have made a client', async () => {
    const setClock = stopClock()
    const as = await startAuthorizationServer()
    const { registrar } = open()
    as.refuse('POST', ...Array(6).fill(unusable))
    for (const time of [0, 1, 2, 300, 601, 602]) {
      setClock(time)
      await failureOf(registrar.ensure(as.origin, METADATA))
    }
    expect(as.asked).toBe('POST POST POST')
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
      action: 'register',
      reasons: ['registration_in_doubt'],
      refusal: 'registration_in_doubt',
    })
  })

  test('and a store that fails then: it is listed later, and never in force', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const { set } = store
    as.refuse('POST', unusable)
    store.set = (key, stored) => (stored.intent ? set(key, stored) : Promise.reject(new Error('disk full')))
    expect(await failureOf(registrar.ensure(as.origin, METADATA))).toMatchObject({ outcome: 'applied' })
    store.set = set
    expect((await registrar.ensure(as.origin, METADATA)).client).toEqual([...as.clients.values()][0])
    expect(await registrar.orphans()).toMatchObject([{ reason: 'unusable' }])
  })
})

test('the metadata of a server stays known for what is deleted later', async () => {
  const as = await startAuthorizationServer()
  const elsewhere = { ...as.metadata, issuer: 'https://issuer.example.com' }
  const { registrar, store } = open()
  await registrar.ensure(elsewhere, METADATA)
  as.refuse('DELETE', { status: 403 })
  await registrar.remove(elsewhere)
  expect((await storedAt(store, elsewhere.issuer)).server).toEqual(elsewhere)
  expect((await registrar.collect()).left).toEqual([])
  expect(as.clients.size).toBe(0)
})

describe('an issuer with a slash at the end', () => {
  test('and without are one, however it is passed', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const slashed = { ...as.metadata, issuer: `${as.origin}/` }
    const { client } = await registrar.ensure(slashed, METADATA)
    for (const issuer of [as.origin, `${as.origin}/`, new URL(as.origin), as.metadata]) {
      expect(await registrar.ensure(issuer, METADATA)).toMatchObject({ client, action: 'none' })
      expect(await registrar.invalidate(issuer, client)).toBe(false)
    }
    as.refuse('DELETE', { status: 403 }, { status: 403 })
    await registrar.remove(as.origin)
    for (const issuer of [as.origin, new URL(as.origin), as.metadata])
      expect(await registrar.orphans(issuer)).toHaveLength(1)
    expect((await registrar.collect({ issuer: slashed })).left).toHaveLength(1)
  })

  test.each([null, 5, '', {}, { timeout: 5 }])('%j is none', async (issuer) => {
    const { registrar } = open()
    const invalid = { code: 'invalid_argument', outcome: 'not_sent' }
    expect(await failureOf(registrar.orphans(issuer as never))).toMatchObject(invalid)
    expect(await failureOf(registrar.collect({ issuer: issuer as never }))).toMatchObject(invalid)
  })

  test('nor is text that is no URL: the call says so', async () => {
    const error = await failureOf(open().registrar.ensure('as.example', METADATA))
    expect(error).toMatchObject({ code: 'invalid_url', outcome: 'not_sent' })
    expect(error.message).toMatch(/^ensure: /)
  })
})

test('who comes with a credential does not get the refusal of who came without', async () => {
  const as = await startAuthorizationServer()
  const { registrar } = open()
  as.refuse('POST', ({ headers }) => ({ status: headers.authorization ? 500 : 401 }))
  const [without, within] = await Promise.allSettled([
    registrar.ensure(as.origin, METADATA),
    registrar.ensure(as.origin, METADATA, { initialAccessToken: 'token' }),
  ])
  expect(without).toMatchObject({ status: 'rejected', reason: { code: 'unauthorized' } })
  expect(within).toMatchObject({ status: 'fulfilled', value: { action: 'register' } })
})

test('who has more time is not given up with who has less', async () => {
  const as = await startAuthorizationServer()
  const { registrar } = open()
  let long: Promise<Ensured> | undefined
  as.refuse('POST', () => {
    long = registrar.ensure(as.origin, METADATA, { timeout: 20_000 })
    return 'never answer'
  })
  const short = await failureOf(registrar.ensure(as.origin, METADATA, { timeout: 1000 }))
  expect(short.code).toBe('timeout')
  expect((await long)?.client).toEqual([...as.clients.values()][0])
})

test('an update that was done and not saved: the client is removed with its new token', async () => {
  const as = await startAuthorizationServer()
  const { registrar, store } = open()
  const { set } = store
  await registrar.ensure(as.origin, METADATA)
  store.set = (key, stored) => (stored.intent ? set(key, stored) : Promise.reject(new Error('disk full')))
  await failureOf(registrar.ensure(as.origin, CHANGED))
  store.set = set
  expect(await registrar.plan(as.origin, CHANGED)).toMatchObject({
    reasons: ['update_interrupted', 'metadata_changed'],
  })
  await registrar.remove(as.origin)
  expect(as.clients.size).toBe(0)
  expect(await store.list()).toEqual([])
})

test('a store that denies what it has saved leaves no doubt', async () => {
  const as = await startAuthorizationServer()
  const { registrar, store } = open()
  const { set } = store
  store.set = async (...given) => {
    await set(...given)
    store.set = set
    throw Object.assign(new Error('a secret'), { code: 'ECONNRESET' })
  }
  const error = await failureOf(registrar.ensure(as.origin, METADATA))
  expect(error).toMatchObject({ code: 'store_failed', outcome: 'not_sent', cause: { code: 'ECONNRESET' } })
  expect(error.message).toContain('(ECONNRESET)')
  expect(error.message).not.toContain('secret')
  expect(await registrar.orphans()).toEqual([])
  expect(await store.list()).toEqual([])
})

test('another machine whose clock is ahead has replaced it: that was 0 s ago', async () => {
  const setClock = stopClock()
  const as = await startAuthorizationServer({ management: [] })
  const { registrar } = open()
  const again = async () =>
    registrar.invalidate(as.origin, (await registrar.ensure(as.origin, METADATA)).client)
  setClock(300)
  await again()
  await again()
  setClock(0)
  const error = await failureOf(registrar.ensure(as.origin, METADATA))
  expect(error.message).toMatch(/registered anew 0 s ago.+ in 15 min/)
})
