import { describe, expect, test } from 'vitest'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { stopClock, storedAt } from '../registrar/set-up.js'
import { startScripted } from '../servers/scripted.js'
import { challenging, METADATA, neverCalled, open, startResource } from './set-up.js'

const DAY = 86_400

describe('several authorization servers', () => {
  test('of five of which four are dead, the fifth is taken', async () => {
    const silent = await startScripted(...Array(4).fill('never answer'))
    const closing = await startScripted(...Array(8).fill('close'))
    const lost = await startScripted()
    const alive = await startAuthorizationServer()
    const nowhere = 'http://127.0.0.1:1'
    const resource = await startResource(silent.origin, closing.origin, lost.origin, nowhere, alive.origin)
    const { registrar, store } = open({ timeout: 9000 })

    const ensured = await registrar.ensureForResource(resource.url, METADATA)

    expect(ensured.server.issuer).toBe(alive.origin)
    const other = open({ store, fetch: neverCalled })
    expect(await other.registrar.ensureForResource(resource.url, METADATA)).toMatchObject({
      action: 'none',
      reasons: [],
    })
  })

  test('if none can be used, each is named with its reason', async () => {
    const lost = await startScripted()
    const nowhere = 'http://127.0.0.1:1'
    const resource = await startResource(lost.origin, nowhere)

    const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

    expect(error.code).toBe('discovery_failed')
    expect(error.message).toContain(`${lost.origin}: discovery_failed`)
    expect(error.message).toContain(`${nowhere}: network_error`)
  })

  test('one that refuses the client is passed over, and not asked for it again', async () => {
    const choosy = await startAuthorizationServer()
    choosy.refuse('POST', { status: 403, body: { error: 'access_denied' } })
    const open_ = await startAuthorizationServer()
    const resource = await startResource(choosy.origin, open_.origin)
    const { registrar, warnings } = open()

    const ensured = await registrar.ensureForResource(resource.url, METADATA)
    const again = await registrar.ensureForResource(resource.url, METADATA)

    expect(ensured.server.issuer).toBe(open_.origin)
    expect(again).toEqual({ ...ensured, action: 'none', reasons: [] })
    expect(choosy.asked).toBe('POST')
    expect(warnings).toEqual(['server_passed_over'])
  })

  test('one that may have registered the client is not passed over', async () => {
    const doubtful = await startAuthorizationServer()
    doubtful.lose('POST', 'close')
    const other = await startAuthorizationServer()
    const resource = await startResource(doubtful.origin, other.origin)

    const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown' })
    expect(other.asked).toBe('')
  })

  test('the preferred one is taken, and credentials are for that one alone', async () => {
    const [first, second] = [await startAuthorizationServer(), await startAuthorizationServer()]
    const resource = await startResource(first.origin, second.origin)
    const initialAccessToken = 'initial-access-token-of-the-second'
    const options = { authorizationServer: second.origin, initialAccessToken }

    const ensured = await open().registrar.ensureForResource(resource.url, METADATA, options)

    expect(ensured.server.issuer).toBe(second.origin)
    const post = second.requests.find(({ method }) => method === 'POST')
    expect(post?.headers.authorization).toBe(`Bearer ${initialAccessToken}`)
    expect(first.asked).toBe('')

    // A resource that does not name it gets another, and not the token.
    const stranger = await startResource(first.origin)
    await open().registrar.ensureForResource(stranger.url, METADATA, options)
    expect(first.requests.find(({ method }) => method === 'POST')?.headers).not.toHaveProperty(
      'authorization',
    )
  })
})

describe('a resource that moves to another authorization server', () => {
  test('is found there when it is asked again, and the old client is left as it is', async () => {
    const setClock = stopClock()
    const [before, after] = [await startAuthorizationServer(), await startAuthorizationServer()]
    const resource = await startResource(before.origin)
    const { registrar, store } = open()
    const old = await registrar.ensureForResource(resource.url, METADATA)
    const kept = await storedAt(store, before.origin)
    resource.document.authorization_servers = [after.origin]

    setClock(DAY - 1)
    expect((await registrar.ensureForResource(resource.url, METADATA)).server.issuer).toBe(before.origin)
    setClock(DAY + 1)
    const moved = await registrar.ensureForResource(resource.url, METADATA)

    expect(moved.server.issuer).toBe(after.origin)
    expect(moved.client.registration_client_uri).not.toBe(old.client.registration_client_uri)
    expect(await storedAt(store, before.origin)).toEqual(kept)
    expect(before.asked).toBe('POST')
  })

  test('is asked at once where there is a challenge in hand', async () => {
    const [before, after] = [await startAuthorizationServer(), await startAuthorizationServer()]
    const resource = await startResource(before.origin)
    const { registrar } = open()
    await registrar.ensureForResource(resource.url, METADATA)
    resource.document.authorization_servers = [after.origin]

    const moved = await registrar.ensureForResource(resource.url, METADATA, { challenge: 'Bearer' })

    expect(moved.server.issuer).toBe(after.origin)
  })

  test('is not lost while it cannot be asked', async () => {
    const setClock = stopClock()
    const authorizationServer = await startAuthorizationServer()
    const resource = await startResource(authorizationServer.origin)
    resource.answers.set('/mcp', challenging('Bearer scope="tools"'))
    const { registrar } = open()
    const ensured = await registrar.ensureForResource(resource.url, METADATA)
    for (const path of resource.asked) resource.answers.set(path, 'close')
    setClock(DAY + 1)

    const again = await registrar.ensureForResource(resource.url, METADATA)

    expect(again).toEqual({ ...ensured, action: 'none', reasons: [] })
  })
})

test('twenty calls at the same time ask once and register once', async () => {
  const authorizationServer = await startAuthorizationServer()
  const resource = await startResource(authorizationServer.origin)
  const urls: string[] = []
  const { registrar } = open({
    fetch: (request) => {
      urls.push(request.url)
      return fetch(request)
    },
  })

  const all = await Promise.all(
    Array.from({ length: 20 }, () => registrar.ensureForResource(resource.url, METADATA)),
  )

  expect(new Set(all.map(({ client }) => client.client_id)).size).toBe(1)
  expect(urls).toEqual([...new Set(urls)])
  expect(authorizationServer.asked).toBe('POST')
})
