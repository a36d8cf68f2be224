import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { failureOf } from '../failure-of.js'
import { startScripted } from '../servers/scripted.js'

/* C044, within this process: the guard is loaded anew for each test, as it tests itself once. */

beforeEach(() => void vi.resetModules())
// Other files of this process load a guard of their own, which has not been through this.
afterEach(() => void vi.resetModules())

const load = async () => (await import('../../src/node/index.js')).guardedFetch

test('a runtime that asks is asked once, whatever number of guards there is', async () => {
  const server = await startScripted({ status: 200 }, { status: 200 })
  const { port } = new URL(server.origin)
  const guardedFetch = await load()
  const spy = vi.spyOn(Agent.prototype, 'createConnection')
  const options = { allow: [`as.internal:${port}`], lookup: async () => ['127.0.0.1'] }
  for (let count = 0; count < 2; count++)
    await guardedFetch(options)(new Request(`http://as.internal:${port}/`))
  // One connection for each request, and one of the self-test, which is not made.
  expect(spy).toHaveBeenCalledTimes(3)
  expect(server.connections).toBe(2)
})

test.each([
  ['looks up by itself, and finds nobody', () => connect({ host: '127.0.0.1', port: 1 })],
  ['looks up by itself, and connects', (port: number) => connect({ host: '127.0.0.1', port })],
])('a runtime that %s', async (_name, open: (port: number) => Socket) => {
  const server = await startScripted()
  const port = Number(new URL(server.origin).port)
  const guardedFetch = await load()
  const lookup = vi.fn(async () => ['93.184.216.34'])
  vi.spyOn(Agent.prototype, 'createConnection').mockImplementation(() => open(port))
  const guard = guardedFetch({ lookup })
  for (let count = 0; count < 2; count++) {
    const error = await failureOf(guard(new Request('https://as.example/')))
    expect(error).toMatchObject({ code: 'blocked_address', outcome: 'not_sent' })
    expect(error.message).toContain('this runtime does not let the guard check where a name leads; use Node')
  }
  expect(lookup).not.toHaveBeenCalled()
  expect(server.requests).toEqual([])
})
