import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connectionsOf } from '../../src/node/connections.js'
import { startScripted } from '../servers/scripted.js'

/* Whether this runtime asks where a name leads: found out once, so that each test loads that anew. */

beforeEach(() => void vi.resetModules())
// Other files of this process load one of their own, which has not been through this.
afterEach(() => void vi.resetModules())

const load = async () => (await import('../../src/node/self-test.js')).asksLookup

test('this runtime does, and is asked once for http and once for https', async () => {
  const asksLookup = await load()
  const connections = connectionsOf(undefined, undefined)
  const spies = [connections.plain, connections.secure].map((agent) => vi.spyOn(agent, 'createConnection'))
  expect(await asksLookup(connections)).toBe(true)
  expect(await asksLookup(connectionsOf(undefined, undefined))).toBe(true)
  for (const spy of spies) {
    expect(spy).toHaveBeenCalledTimes(1)
    expect(spy.mock.calls[0]?.[0]).toMatchObject({ host: 'localhost', port: 1 })
  }
})

test.each(['plain', 'secure'] as const)('one that does not ask for %s connections does not', async (kind) => {
  for (const isReached of [true, false]) {
    vi.resetModules()
    const asksLookup = await load()
    const server = await startScripted()
    const connections = connectionsOf(undefined, undefined)
    const port = isReached ? Number(new URL(server.origin).port) : 1
    vi.spyOn(connections[kind], 'createConnection').mockImplementation(() =>
      connect({ host: '127.0.0.1', port }),
    )
    expect(await asksLookup(connections)).toBe(false)
    expect(server.requests).toEqual([])
  }
})
