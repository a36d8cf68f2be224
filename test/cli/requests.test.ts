import { expect, test } from 'vitest'
import { Requests } from '../../src/cli/requests.js'
import { AROUND } from '../../src/http/options.js'
import { startScripted } from '../servers/scripted.js'

/* What of the requests of a command is waited for when it is interrupted. */

const SETTINGS = { allowInsecureRequests: true, trustedOrigins: [], onWarning: () => {} }

async function asked(method: string, status: number, headers: Record<string, string> = {}) {
  const server = await startScripted({ status, headers, body: {} })
  const requests = new Requests(SETTINGS)
  const { [AROUND]: around, signal } = requests.options
  const ask = () => around?.({ method, isAuthorized: false }, () => fetch(server.origin, { method }))
  const response = await ask()
  await response?.text()
  // What is told by a timer is told by now.
  await new Promise((resolve) => setTimeout(resolve))
  return { requests, signal, ask }
}

test.each([
  ['POST', 429, { 'retry-after': '25' }],
  ['PUT', 503, { 'retry-after': '25' }],
  ['DELETE', 200, {}],
] as const)(
  'nothing, where a %s was answered with %i and nothing can be lost',
  async (method, status, headers) => {
    const { requests, signal, ask } = await asked(method, status, headers)
    expect([requests.interrupt(), signal?.aborted]).toEqual([false, true])
    await expect(ask()).rejects.toThrow('interrupted')
  },
)

test('a registration, until the next thing is begun', async () => {
  const { requests, signal } = await asked('POST', 201)
  expect([requests.interrupt(), signal?.aborted]).toEqual([true, false])

  const { requests: others } = await asked('PUT', 200)
  const next = others.next()
  expect([others.interrupt(), next.signal?.aborted]).toEqual([false, true])
})
