import { expect, test } from 'vitest'
import { RetryBudget } from '../../src/onboarding/budget.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { clientsAt, counted, open, told } from './set-up.js'

test('a pause that one server asks for slows that one alone', async () => {
  const [slow, quick] = [await startAuthorizationServer(), await startAuthorizationServer()]
  const seen: number[] = []
  slow.refuse('POST', { status: 429, headers: { 'retry-after': '2' } }, () => {
    seen.push(quick.clients.size, slow.requests.length)
    return { status: 429, headers: { 'retry-after': '1' } }
  })
  const servers = { slow: { issuer: slow.origin, concurrency: 1 }, quick: { issuer: quick.origin } }
  const clients = { ...clientsAt('slow', 4, 'a'), ...clientsAt('quick', 4, 'b') }
  const { events } = await told(open(servers, clients).apply())
  // By its second request, which is its fourth with discovery, the other server had all of its clients.
  expect(seen).toEqual([4, 4])
  expect(counted(events)).toEqual({ registered: 8, slowed: 2 })
  expect(events.filter(({ type }) => type === 'slowed')).toEqual([
    { type: 'slowed', server: 'slow', issuer: slow.origin, seconds: 2 },
    { type: 'slowed', server: 'slow', issuer: slow.origin, seconds: 1 },
  ])
})

test('while a server wants a pause, no other of its clients is begun', async () => {
  const server = await startAuthorizationServer()
  const refused = { status: 429, headers: { 'retry-after': '1' } }
  const names: string[] = []
  // All that are under way are refused, three times each, which is as often as one call tries.
  server.refuse(
    'POST',
    ...Array.from({ length: 12 }, () => ({ body }: { body: string }) => {
      names.push(JSON.parse(body).client_name)
      return refused
    }),
  )
  const servers = { bank: { issuer: server.origin, concurrency: 4 } }
  const { events } = await told(open(servers, clientsAt('bank', 12)).apply())
  expect(new Set(names)).toEqual(new Set(['App 1', 'App 2', 'App 3', 'App 4']))
  const { registered, failed } = counted(events)
  expect([registered, failed]).toEqual([12, undefined])
})

test('a server that fails again and again is not asked for the rest', async () => {
  const server = await startAuthorizationServer()
  server.refuse('POST', ...Array(30).fill({ status: 502 }))
  const servers = { bank: { issuer: server.origin, concurrency: 1 } }
  const { events } = await told(open(servers, clientsAt('bank', 30)).apply())
  expect(counted(events)).toEqual({ failed: 30 })
  expect(server.sent('POST')).toHaveLength(10)
  const outcomes = events.map(({ error }) => error?.outcome)
  expect(outcomes).toEqual([...Array(10).fill('unknown'), ...Array(20).fill('not_sent')])
  expect(events.at(-1)?.error?.message).toBe(
    'onboarding: was not asked for: 10 clients in a row failed at this server, the last with server_error. Nothing was sent.',
  )
})

test('a token that is wrong is not tried for each of many clients', async () => {
  const server = await startAuthorizationServer()
  server.refuse('POST', ...Array(30).fill({ status: 401 }))
  const servers = { bank: { issuer: server.origin, concurrency: 1 } }
  const { events } = await told(open(servers, clientsAt('bank', 30)).apply())
  expect(server.sent('POST')).toHaveLength(10)
  expect(new Set(events.map(({ error }) => error?.code))).toEqual(new Set(['unauthorized']))
})

test('a server that is away for a moment is waited for', async () => {
  const server = await startAuthorizationServer()
  let posts = 0
  const refused = { code: 'ECONNREFUSED', syscall: 'connect' }
  const options = {
    async fetch(request: Request) {
      // As often as one call tries to connect.
      const isAway = request.method === 'POST' && ++posts > 2 && posts <= 5
      if (isAway) throw Object.assign(new Error('away'), refused)
      return fetch(request)
    },
  }
  const servers = { bank: { issuer: server.origin, concurrency: 1 } }
  const { events } = await told(open(servers, clientsAt('bank', 4), options).apply())
  expect(counted(events)).toEqual({ registered: 4, waiting: 1 })
  expect(server.clients.size).toBe(4)
})

test('what is tried again is bounded: ten times, and once more for ten clients', () => {
  const budget = new RetryBudget()
  const spent = () => Array.from({ length: 20 }, () => budget.spend()).filter(Boolean).length
  expect(spent()).toBe(10)
  for (let count = 0; count < 21; count++) budget.earn()
  expect(spent()).toBe(2)
})
