import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { CredentialStore, StoredRegistration } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, registered, rewrite, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** Has the store fail once, before it keeps anything, with the first save that is meant. */
function failOnce(store: CredentialStore, isMeant: (stored: StoredRegistration) => boolean) {
  const { set } = store
  store.set = async (key, stored) => {
    if (!isMeant(stored)) return set(key, stored)
    store.set = set
    throw new Error('full')
  }
}

describe('an update that the server has done and that was not finished here: what was wanted before is wanted again', () => {
  test('it was answered, and what was asked for was not saved', async () => {
    const { as, registrar, store } = await registered()
    failOnce(store, ({ requested }) => requested?.client_name === CHANGED.client_name)
    expect(await failureOf(registrar.ensure(as.origin, CHANGED))).toMatchObject({ code: 'store_failed' })
    expect([...as.clients.values()]).toMatchObject([CHANGED])
    await open({ store }).registrar.ensure(as.origin, METADATA)
    expect([...as.clients.values()]).toMatchObject([METADATA])
  })

  test('its answer was cut after the new token', async () => {
    const { as, registrar, store } = await registered()
    as.lose('PUT', ({ url }) => {
      const client = as.clients.get(url.split('/').at(-1) ?? '')
      const { client_id, registration_access_token } = client ?? {}
      const whole = JSON.stringify({ client_id, registration_access_token, rest: 'x' })
      return { body: whole.slice(0, -4) }
    })
    expect(await failureOf(registrar.ensure(as.origin, CHANGED))).toMatchObject({ code: 'invalid_response' })
    await open({ store }).registrar.ensure(as.origin, METADATA)
    expect([...as.clients.values()]).toMatchObject([METADATA])
  })

  test('its process was killed, and another has read the client', async () => {
    const { as, client, registrar, store } = await registered()
    as.clients.set(client.client_id, { ...client, ...CHANGED })
    const intent = { id: 'i1', operation: 'update', at: 1 } as const
    await rewrite(store, as.origin, (stored) => ({ ...stored, intent }))
    await registrar.get(as.origin)
    const reasons = ['update_interrupted']
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
      action: 'update',
      reasons,
      changed: [],
    })
    // It is what was wanted when it was registered.
    await registrar.ensure(as.origin, METADATA, { mayChange: false })
    expect([...as.clients.values()]).toMatchObject([METADATA])
  })

  test('its answer was saved by a later call, and another process was locked out meanwhile', async () => {
    const { as, registrar, store } = await registered()
    failOnce(store, ({ intent }) => intent === undefined)
    expect(await failureOf(registrar.ensure(as.origin, CHANGED))).toMatchObject({ code: 'store_failed' })
    expect(await failureOf(open({ store }).registrar.ensure(as.origin, METADATA))).toMatchObject({
      code: 'management_locked',
    })
    await registrar.ensure(as.origin, METADATA)
    expect([...as.clients.values()]).toMatchObject([METADATA])
  })
})

describe('a deletion that was never answered', () => {
  async function deleted() {
    const given = await registered()
    const { as, registrar } = given
    as.lose('DELETE', 'close')
    as.refuse('DELETE', 'close')
    expect(await failureOf(registrar.remove(as.origin))).toMatchObject({ outcome: 'unknown' })
    expect(as.clients.size).toBe(0)
    return given
  }

  test('and a registration after it that was not answered either: the client is not taken for good', async () => {
    const { as, client, registrar } = await deleted()
    as.lose('POST', 'close')
    expect(await failureOf(registrar.ensure(as.origin, METADATA))).toMatchObject({ outcome: 'unknown' })
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
      action: 'replace',
      reasons: ['deletion_interrupted', 'registration_in_doubt'],
    })
    const { client: other } = await registrar.ensure(as.origin, METADATA)
    expect(other.client_id).not.toBe(client.client_id)
    expect([...as.clients.keys()]).toContain(other.client_id)
  })

  test('and a registration whose answer cannot be used', async () => {
    const { as, registrar } = await deleted()
    as.refuse('POST', { status: 201, body: { client_id: 'c\u0007' } })
    expect(await failureOf(registrar.ensure(as.origin, METADATA))).toMatchObject({ code: 'invalid_response' })
    expect((await registrar.plan(as.origin, METADATA)).reasons).toContain('deletion_interrupted')
  })

  test('and a registration that was killed, which somebody has settled', async () => {
    const { as, client, registrar, store } = await deleted()
    const { intent: before } = await storedAt(store, as.origin)
    const intent = { id: 'i1', operation: 'register', at: 1, requested: METADATA, before } as const
    await rewrite(store, as.origin, (stored) => ({ ...stored, intent }))
    const [doubt] = await registrar.orphans()
    if (doubt) await registrar.forget(doubt)
    expect(await registrar.orphans()).toEqual([])
    expect(await registrar.plan(as.origin, METADATA)).toMatchObject({
      action: 'replace',
      reasons: ['deletion_interrupted'],
      client,
    })
  })
})

test('a read at a server that gives a new token with it leaves the update to be done', async () => {
  const as = await startAuthorizationServer()
  const { registrar, store } = open()
  const { client } = await registrar.ensure(as.origin, METADATA)
  const intent = { id: 'u', operation: 'update', at: 1 } as const
  await rewrite(store, as.origin, (stored) => ({ ...stored, intent }))
  as.clients.set(client.client_id, { ...client, ...CHANGED })
  await registrar.get(as.origin, { provider: { name: 'own', rotatesOnRead: true } })
  expect(await registrar.plan(as.origin, METADATA)).toMatchObject({ reasons: ['update_interrupted'] })
})
