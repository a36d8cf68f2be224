import { expect, test } from 'vitest'
import { DcrError, memoryStore } from '../../src/index.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { clientsAt, counted, open, told } from './set-up.js'

const why = new Error('enough')

async function clientsIn(store: ReturnType<typeof memoryStore>) {
  return (await store.list()).map(([, stored]) => stored)
}

test('an abort lets what was sent be answered and saved, and the next apply does the rest', async () => {
  const server = await startAuthorizationServer()
  const store = memoryStore()
  const controller = new AbortController()
  let posts = 0
  const options = {
    store,
    async fetch(request: Request) {
      // The answer to this one, and to those that are under way, comes after it.
      if (request.method === 'POST' && ++posts === 8) controller.abort(why)
      return fetch(request)
    },
  }
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 50), options)
  const { events, error } = await told(onboarding.apply({ signal: controller.signal }))
  expect(error).toBeInstanceOf(DcrError)
  expect(error).toMatchObject({ code: 'aborted', cause: why })
  expect(Object.keys(counted(events))).toEqual(['registered'])
  expect(events.length).toBeGreaterThanOrEqual(8)
  expect(events.length).toBeLessThan(50)
  expect(server.clients.size).toBe(events.length)
  const stored = await clientsIn(store)
  expect(stored.every(({ client, intent, orphans = [] }) => client && !intent && orphans.length === 0)).toBe(
    true,
  )

  expect(counted((await told(onboarding.apply())).events)).toEqual({
    unchanged: events.length,
    registered: 50 - events.length,
  })
  expect(server.clients.size).toBe(50)
})

test('an abort ends a pause at once, and leaves nothing in doubt', async () => {
  const server = await startAuthorizationServer()
  server.refuse('POST', ...Array(4).fill({ status: 429, headers: { 'retry-after': '25' } }))
  const store = memoryStore()
  const controller = new AbortController()
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 8), { store })
  const { events, error } = await told(onboarding.apply({ signal: controller.signal }), ({ type }) => {
    if (type === 'slowed') controller.abort(why)
  })
  expect(error).toMatchObject({ code: 'aborted' })
  expect(counted(events)).toEqual({ slowed: 1 })
  expect(await clientsIn(store)).toEqual([])
})

test('an abort before the start sends nothing', async () => {
  const server = await startAuthorizationServer()
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 3))
  const { events, error } = await told(onboarding.apply({ signal: AbortSignal.abort(why) }))
  expect([events, error]).toEqual([[], expect.objectContaining({ code: 'aborted' })])
  expect(server.requests).toEqual([])
})

test('who stops reading stops the work, and what was sent is saved', async () => {
  const server = await startAuthorizationServer()
  const store = memoryStore()
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 60), { store })
  for await (const { type } of onboarding.apply()) if (type === 'registered') break
  const kept = (await clientsIn(store)).map(({ client }) => client?.client_id)
  expect(kept.sort()).toEqual([...server.clients.keys()].sort())
  expect(kept.length).toBeLessThan(60)
  const asked = server.requests.length
  expect(counted((await told(onboarding.apply())).events)).toEqual({
    unchanged: kept.length,
    registered: 60 - kept.length,
  })
  expect(asked).toBeLessThan(60)
})

test('the signal of the requests gives up what was sent, too, and that is in doubt then', async () => {
  const server = await startAuthorizationServer()
  const controller = new AbortController()
  server.refuse('POST', () => {
    controller.abort(why)
    return 'never answer'
  })
  const options = { signal: controller.signal }
  const servers = { bank: { issuer: server.origin, concurrency: 1 } }
  const { events, error } = await told(open(servers, clientsAt('bank', 3), options).apply())
  expect(error).toMatchObject({ code: 'aborted' })
  expect(events).toMatchObject([{ type: 'failed', error: { code: 'aborted', outcome: 'unknown' } }])
})
