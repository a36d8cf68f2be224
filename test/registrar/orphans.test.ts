import { inspect } from 'node:util'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type CredentialStore, DcrClient, memoryStore } from '../../src/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { fakeStore } from '../stores/fake-backend.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open, secretsOf, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** A server with a client in force, and one in whose place it was registered and that could not be deleted. */
async function withOrphan(store: CredentialStore = memoryStore()) {
  const as = await startAuthorizationServer()
  const opened = open({ store })
  const { client: old } = await opened.registrar.ensure(as.origin, METADATA)
  as.refuse('PUT', { status: 403 })
  as.refuse('DELETE', { status: 403 })
  const { client } = await opened.registrar.ensure(as.origin, CHANGED)
  return { as, old, client, ...opened }
}

describe('what is listed', () => {
  test('is where it is, why, since when, and what deletes it', async () => {
    const { as, old, registrar } = await withOrphan()
    const [orphan, ...rest] = await registrar.orphans()
    expect(rest).toEqual([])
    expect(orphan).toEqual({
      id: expect.any(String),
      issuer: as.origin,
      name: 'default',
      key: registrationKey(as.origin, 'default'),
      reason: 'replaced',
      at: expect.any(Number),
      client: old,
    })
    expect(Math.abs((orphan?.at ?? 0) - Date.now() / 1000)).toBeLessThan(60)
  })

  test('is of an issuer with a slash at its end, too', async () => {
    const { as, old, registrar } = await withOrphan(fakeStore().store)
    expect(await registrar.orphans(`${as.origin}/`)).toMatchObject([{ client: old }])
    expect((await registrar.collect({ issuer: `${as.origin}/` })).deleted).toMatchObject([{ client: old }])
  })

  test('is of all issuers, or of one', async () => {
    const first = await withOrphan()
    const as = await startAuthorizationServer({ management: [] })
    const { registrar } = first
    await registrar.ensure(as.origin, METADATA)
    await registrar.ensure(as.origin, CHANGED)
    expect((await registrar.orphans()).map(({ issuer }) => issuer).sort()).toEqual(
      [first.as.origin, as.origin].sort(),
    )
    expect(await registrar.orphans(as.origin)).toMatchObject([{ issuer: as.origin }])
    expect(await registrar.orphans('https://elsewhere.example.com')).toEqual([])
  })

  test('is also what a DcrClient with the same store has asked for without an answer', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    as.lose('POST', 'close')
    const dcr = new DcrClient(as.metadata, { store, allowInsecureRequests: true })
    await failureOf(dcr.register(METADATA))
    const [orphan] = await registrar.orphans()
    expect(orphan).toMatchObject({ issuer: as.origin, reason: 'in_doubt', requested: METADATA })
    await registrar.forget(orphan as never)
    expect(await store.list()).toEqual([])
  })

  test('is not what is being registered at this moment', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    let listed: Promise<unknown> | undefined
    as.lose('POST', () => {
      listed = registrar.orphans()
      return { status: 201, body: [...as.clients.values()][0] }
    })
    await registrar.ensure(as.origin, METADATA)
    expect(await listed).toEqual([])
  })

  test('is an error where the store fails', async () => {
    const { registrar, store } = open()
    store.list = () => Promise.reject(new Error('secret-path'))
    const error = await failureOf(registrar.orphans())
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'not_sent' })
    expect(inspect(error)).not.toContain('secret-path')
  })
})

describe('collect', () => {
  test('deletes them at the server, and then takes them off the list', async () => {
    const { as, old, client, registrar, store } = await withOrphan()
    const { deleted, left } = await registrar.collect()
    expect(deleted).toMatchObject([{ client: old, reason: 'replaced' }])
    expect(left).toEqual([])
    expect([...as.clients.keys()]).toEqual([client.client_id])
    expect(await registrar.orphans()).toEqual([])
    expect((await storedAt(store, as.origin)).client).toEqual(client)
    expect(await registrar.ensure(as.origin, CHANGED)).toMatchObject({ client, action: 'none' })
  })

  test('leaves what could not be deleted, with the error', async () => {
    const { as, old, registrar, warnings } = await withOrphan()
    as.refuse('DELETE', { status: 403 })
    const { deleted, left } = await registrar.collect()
    expect(deleted).toEqual([])
    expect(left).toMatchObject([{ orphan: { client: old }, error: { code: 'forbidden', status: 403 } }])
    expect(await registrar.orphans()).toEqual([left[0]?.orphan])
    expect(warnings).toEqual(['orphan_left', 'orphan_left'])
    expect((await registrar.collect()).deleted).toHaveLength(1)
  })

  test('leaves what nobody knows an identifier of, without an error', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    as.lose('POST', 'close')
    await failureOf(registrar.ensure(as.origin, METADATA))
    const sent = as.connections
    const { deleted, left } = await registrar.collect()
    expect(deleted).toEqual([])
    expect(left).toEqual([{ orphan: (await registrar.orphans())[0] }])
    expect(as.connections).toBe(sent)
  })

  test('of one issuer asks no other', async () => {
    const { as, registrar } = await withOrphan()
    const other = await startAuthorizationServer()
    const sent = as.connections
    expect(await registrar.collect({ issuer: other.origin })).toEqual({ deleted: [], left: [] })
    expect(as.connections).toBe(sent)
    expect((await registrar.collect({ issuer: as.origin })).deleted).toHaveLength(1)
  })

  test('twice at the same time deletes each once', async () => {
    const { as, registrar, store } = await withOrphan()
    const both = await Promise.all([registrar.collect(), open({ store }).registrar.collect()])
    expect(both.flatMap(({ left }) => left)).toEqual([])
    expect(both.flatMap(({ deleted }) => deleted)).toHaveLength(1)
    expect(as.asked.match(/DELETE/g)).toHaveLength(2)
  })

  test('of many ends with what it came to, though the time was up', async () => {
    const { as, registrar } = await withOrphan()
    await registrar.ensure(as.origin, METADATA, { name: 'b' })
    as.refuse('PUT', { status: 403 })
    as.refuse('DELETE', { status: 403 })
    await registrar.ensure(as.origin, CHANGED, { name: 'b' })
    const controller = new AbortController()
    as.refuse('DELETE', () => {
      controller.abort()
      return 'never answer'
    })
    const { deleted, left } = await registrar.collect({ signal: controller.signal })
    expect(deleted).toEqual([])
    expect(left.map(({ error }) => error?.code)).toEqual(['aborted', 'aborted'])
    expect(await registrar.orphans()).toHaveLength(2)
  })

  test.each([
    ['initialAccessToken', { initialAccessToken: 'iat' }],
    ['manageWith', { manageWith: 'client_secret' }],
    ['provider', { provider: { name: 'p' } }],
  ])('refuses %s without an issuer: they are for one server', async (_name, options) => {
    const { as, registrar } = await withOrphan()
    const sent = as.connections
    const error = await failureOf(registrar.collect(options as never))
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain('options.issuer')
    expect(as.connections).toBe(sent)
  })

  test('deletes with the credentials that it is given', async () => {
    const { as, registrar } = await withOrphan()
    as.refuse('DELETE', { status: 204 })
    const given = {
      issuer: as.origin,
      manageWith: 'initial_access_token',
      initialAccessToken: 'iat',
    } as const
    expect((await registrar.collect(given)).deleted).toHaveLength(1)
    expect(as.requests.at(-1)?.headers.authorization).toBe('Bearer iat')
  })

  test('of nothing is nothing', async () => {
    expect(await open().registrar.collect()).toEqual({ deleted: [], left: [] })
    expect(await open().registrar.collect(null as never)).toEqual({ deleted: [], left: [] })
  })
})

describe('forget', () => {
  test('takes one off the list, and asks nobody', async () => {
    const { as, registrar, client, store } = await withOrphan()
    const sent = as.connections
    const [orphan] = await registrar.orphans()
    await registrar.forget(orphan as never)
    await registrar.forget(orphan as never)
    expect(await registrar.orphans()).toEqual([])
    expect((await storedAt(store, as.origin)).client).toEqual(client)
    expect(as.connections).toBe(sent)
  })

  test('of what was all that was stored leaves nothing', async () => {
    const { as, registrar, store } = await withOrphan()
    await registrar.remove(as.origin)
    expect(await store.list()).toHaveLength(1)
    for (const orphan of await registrar.orphans()) await registrar.forget(orphan)
    expect(await store.list()).toEqual([])
  })

  test.each([undefined, null, {}, 'x', { key: 5, id: 'x' }])('of %j is refused', async (orphan) => {
    const error = await failureOf(open().registrar.forget(orphan as never))
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
  })
})

test('no error, warning or result of collecting shows a secret but where it is documented', async () => {
  const { as, registrar, old, client } = await withOrphan()
  as.refuse('DELETE', {
    status: 403,
    body: { error: 'x', error_description: `no ${old.registration_access_token}` },
  })
  const { left } = await registrar.collect()
  const shown = left.map(({ error }) => inspect(error) + JSON.stringify(error)).join()
  for (const secret of secretsOf([old, client])) expect(shown).not.toContain(secret)
})
