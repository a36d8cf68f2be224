import { beforeEach, describe, expect, test, vi } from 'vitest'
import { registrationKey } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, gathering, METADATA, open, registered, stopClock, storedAt } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const NOTHING = {
  code: 'invalid_argument',
  outcome: 'not_sent',
  message: expect.stringContaining('there is no client of the name "default" here'),
}

describe('get', () => {
  test('reads the client, and keeps what the answer gives', async () => {
    const { as, client, registrar, store } = await registered()
    const token = { registration_access_token: 'token-of-the-read' }
    as.lose('GET', { status: 200, body: { ...client, ...token, contacts: ['ops@example.com'] } })
    const read = await registrar.get(as.origin)
    expect(read).toMatchObject({ ...token, contacts: ['ops@example.com'] })
    expect((await storedAt(store, as.origin)).client).toEqual(read)
    expect(as.asked).toBe('POST GET')
  })

  test('of nothing asks nobody', async () => {
    const as = await startAuthorizationServer()
    expect(await failureOf(open().registrar.get(as.origin))).toMatchObject(NOTHING)
    expect(as.connections).toBe(0)
  })

  test('without management says so', async () => {
    const { as, registrar } = await registered({ management: [] })
    expect(await failureOf(registrar.get(as.origin))).toMatchObject({ code: 'management_not_supported' })
    expect(as.asked).toBe('POST')
  })
})

describe('update', () => {
  test('changes some members and keeps the others, for the next ensure too', async () => {
    const { as, client, registrar } = await registered()
    const { action, client: updated } = await registrar.update(as.origin, { client_name: 'App 2' })
    expect([action, updated.client_id, updated.client_name]).toEqual(['update', client.client_id, 'App 2'])
    expect(updated.redirect_uris).toEqual(METADATA.redirect_uris)
    expect((await registrar.ensure(as.origin, CHANGED)).action).toBe('none')
    const { client: without } = await registrar.update(as.origin, { scope: null })
    expect(without).not.toHaveProperty('scope')
    expect(as.asked).toBe('POST PUT PUT')
  })

  test('takes away what the server has added, and asks for nothing that is not there', async () => {
    const { as, client, registrar } = await registered()
    as.clients.set(client.client_id, { ...client, contacts: ['ops@example.com'], logo_uri: '' })
    await registrar.get(as.origin)
    expect((await registrar.update(as.origin, { logo_uri: null, tos_uri: null })).action).toBe('none')
    const { action, client: updated } = await registrar.update(as.origin, { contacts: null })
    expect([action, Object.hasOwn(updated, 'contacts')]).toEqual(['update', false])
    expect(as.sent('PUT')).toEqual([expect.not.objectContaining({ contacts: expect.anything() })])
    expect((await registrar.update(as.origin, { contacts: null })).action).toBe('none')
    expect((await registrar.ensure(as.origin, METADATA)).action).toBe('none')
    expect(as.asked).toBe('POST GET PUT')
  })

  test('two at once: neither takes back what the other has changed', async () => {
    const { as, registrar, store } = await registered()
    const other = open({ store }).registrar
    await Promise.all([
      registrar.update(as.origin, { client_name: 'App 2' }),
      other.update(as.origin, { contacts: ['ops@example.com'] }),
    ])
    const [client] = [...as.clients.values()]
    expect(client).toMatchObject({ client_name: 'App 2', contacts: ['ops@example.com'] })
  })

  test('of nothing registers nothing', async () => {
    const as = await startAuthorizationServer()
    expect(await failureOf(open().registrar.update(as.origin, CHANGED))).toMatchObject(NOTHING)
    expect(as.connections).toBe(0)
  })
})

describe('the client stays the same one', () => {
  const ways = {
    update: { mayReplace: undefined },
    ensure: { mayReplace: false },
  } as const

  describe.each(['update', 'ensure'] as const)('%s', (operation) => {
    test('where the server offers no management: nothing is sent', async () => {
      const { as, client, registrar } = await registered({ management: [] })
      const error = await failureOf(registrar[operation](as.origin, CHANGED, ways[operation]))
      expect(error).toMatchObject({ code: 'management_not_supported', outcome: 'not_sent', client })
      expect(error.message).toContain('(metadata_changed), and no other may be registered')
      expect(as.asked).toBe('POST')
    })

    test.each([403, 404, 405, 501])('where the server answers %i', async (status) => {
      const { as, client, registrar } = await registered()
      as.refuse('PUT', { status })
      const error = await failureOf(registrar[operation](as.origin, CHANGED, ways[operation]))
      expect(error).toMatchObject({ outcome: 'rejected', status })
      expect([...as.clients.values()]).toEqual([client])
      expect((await registrar.ensure(as.origin, METADATA)).client).toEqual(client)
    })
  })

  test('unless update may replace it', async () => {
    const { as, client, registrar } = await registered({ management: [] })
    const made = await registrar.update(as.origin, { client_name: 'App 2' }, { mayReplace: true })
    expect([made.action, made.client.client_name]).toEqual(['replace', 'App 2'])
    expect(await registrar.orphans()).toMatchObject([{ reason: 'replaced', client }])
  })

  test('and what is not there is registered by ensure', async () => {
    const as = await startAuthorizationServer()
    const { action } = await open().registrar.ensure(as.origin, METADATA, { mayReplace: false })
    expect(action).toBe('register')
  })

  test('a secret that is not renewed is kept while it is good', async () => {
    const { as, client, registrar } = await registered({ lifetime: 30, renews: false })
    const { action, client: kept } = await registrar.ensure(as.origin, CHANGED, { mayReplace: false })
    expect([action, kept.client_id]).toEqual(['update', client.client_id])
    expect(as.asked).toBe('POST PUT')
  })
})

describe('a client that may not be changed', () => {
  const OTHERWISE = {
    code: 'invalid_argument',
    outcome: 'not_sent',
    message: expect.stringContaining(
      'the client "default" was registered with other metadata (client_name), and may not be changed, as options.mayChange says',
    ),
  }

  test('is refused to who wants other metadata, and given to who wants the same', async () => {
    const { as, client, registrar } = await registered()
    const error = await failureOf(registrar.ensure(as.origin, CHANGED, { mayChange: false }))
    expect(error).toMatchObject({ ...OTHERWISE, client })
    const again = await registrar.ensure(as.origin, METADATA, { mayChange: false })
    expect([again.action, again.client]).toEqual(['none', client])
    expect(as.asked).toBe('POST')
  })

  test('is registered once by two who want it otherwise at the same time, and is what the first wants', async () => {
    const as = await startAuthorizationServer()
    const store = gathering(2)
    const one = (metadata: typeof METADATA) =>
      open({ store }).registrar.ensure(as.origin, metadata, { mayChange: false })
    const ends = await Promise.allSettled([one(METADATA), one(CHANGED)])
    const [made] = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
    const [refused] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    expect(refused).toMatchObject({ ...OTHERWISE, client: made?.client })
    expect([...as.clients.values()]).toEqual([made?.client])
    expect(as.asked).toBe('POST')
  })

  test('has its secret renewed all the same', async () => {
    const setClock = stopClock()
    const { as, registrar } = await registered({ lifetime: 30 })
    setClock(20)
    const { action } = await registrar.ensure(as.origin, METADATA, { mayChange: false })
    expect([action, as.asked]).toEqual(['update', 'POST PUT'])
  })
})

test('a call that is given up before it has begun does not wait for its turn, and is no defect later', async () => {
  const { as, registrar, store } = await registered()
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)
  process.on('unhandledRejection', note)
  await store.lock(registrationKey(as.origin, 'default'), async () => {
    const error = await failureOf(
      registrar.get(as.origin, { signal: AbortSignal.abort(new Error('enough')) }),
    )
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not_sent' })
    // What nobody has handled by now is told.
    await new Promise(setImmediate)
  })
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
