import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { clientsAt, counted, open, told } from './set-up.js'

const SERVERS = { one: { issuer: 'https://one.example.com' }, two: { issuer: 'https://two.example.com' } }

test('the parts are all of it, none is in two, and each has its share', async () => {
  const clients = clientsAt(['one', 'two'], 150)
  const plans = await Promise.all(
    [1, 2, 3].map((index) => open(SERVERS, clients, { shard: { index, of: 3 } }).plan()),
  )
  const names = plans.map((plan) => plan.map(({ server, name }) => `${server} ${name}`))
  expect(names.flat()).toHaveLength(300)
  expect(new Set(names.flat()).size).toBe(300)
  // A hundred each, give or take what chance may do.
  for (const part of names) expect(Math.abs(part.length - 100)).toBeLessThan(35)
})

test('who has which part is the same on every machine and in every version', async () => {
  const plan = await open(SERVERS, clientsAt('one', 12), { shard: { index: 2, of: 4 } }).plan()
  expect(plan.map(({ name }) => name)).toMatchInlineSnapshot(`
    [
      "client-2",
      "client-5",
      "client-6",
      "client-8",
      "client-9",
    ]
  `)
})

test('parts that share a store do the whole', async () => {
  const server = await startAuthorizationServer()
  const store = memoryStore()
  const part = (index: number) =>
    open({ bank: { issuer: server.origin } }, clientsAt('bank', 40), { store, shard: { index, of: 2 } })
  const ran = await Promise.all([told(part(1).apply()), told(part(2).apply())])
  expect(counted(ran.flatMap(({ events }) => events))).toEqual({ registered: 40 })
  expect(server.clients.size).toBe(40)
})

test.each([{ index: 0, of: 2 }, { index: 3, of: 2 }, { index: 1.5, of: 2 }, { index: 1, of: 2000 }, '1/2'])(
  '%j is refused',
  (shard) => {
    expect(() => open(SERVERS, clientsAt('one', 1), { shard: shard as never })).toThrow(
      /options\.shard must be/,
    )
  },
)
