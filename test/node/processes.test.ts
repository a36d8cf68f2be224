import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { CREATED } from '../hostile/calling.js'
import { startFaultServer } from '../servers/fault-server.js'
import { end, readRequest, send } from '../servers/fault-steps.js'
import { inProcess, withLibrary } from './process.js'

/* What holds from the first request of a process on, whatever its environment is. */

withLibrary()

/** Registers once at each origin; in `setUp`, before the guard is loaded, something may have happened to the runtime. */
const registering = (origins: string[], { setUp = '', options = '' } = {}) => `
  ${setUp}
  const { DcrClient, guardedFetch } = await load()
  return Promise.all(${JSON.stringify(origins)}.map((origin) => {
    const fetch = guardedFetch({ allow: [new URL(origin).host], ${options} })
    const server = { issuer: origin, registration_endpoint: origin + '/register' }
    return tell(new DcrClient(server, { fetch, allowInsecureRequests: true, timeout: 4000 }).register({}))
  }))`

test('F087: a server that ends the connection at once, in the first request of a process', async () => {
  const server = await startFaultServer([end])
  const [told] = await inProcess(registering([server.origin]))
  expect(told).toMatchObject({ code: 'network_error', outcome: 'unknown', attempts: 1 })
})

test('F088: no file is left for a socket: nothing was sent', async () => {
  const server = await startFaultServer([readRequest, send(CREATED)])
  const [failed, registered] = await inProcess(
    `const { openSync, closeSync } = await import('node:fs')
    const { DcrClient, guardedFetch } = await load()
    const guard = guardedFetch({ allow: [new URL('${server.origin}').host] })
    const open = []
    let isFull = true
    // Before each attempt, as what a first request has loaded may have been closed since.
    const fetch = (request) => {
      try { while (isFull) open.push(openSync('/dev/null')) } catch {}
      return guard(request)
    }
    const dcr = new DcrClient(${JSON.stringify(server.metadata)}, { allowInsecureRequests: true, fetch })
    const failed = await tell(dcr.register({}))
    isFull = false
    open.forEach(closeSync)
    return [failed, await tell(dcr.register({}))]`,
    { files: 256 },
  )
  expect(failed).toMatchObject({
    code: 'network_error',
    outcome: 'not_sent',
    attempts: 3,
    cause: { code: 'EMFILE' },
  })
  expect(registered).toEqual({ client_id: 'c1' })
})

test('a process ends though connections are kept', async () => {
  const server = await startFaultServer([readRequest, send(CREATED)])
  expect(await inProcess(registering([server.origin]))).toEqual([{ client_id: 'c1' }])
})

test('C041: proxies of the environment are not used', async () => {
  let asked = 0
  const proxy = createServer().on('connection', () => asked++)
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void proxy.close())
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const env: Record<string, string> = { NODE_USE_ENV_PROXY: '1' }
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) {
    env[name] = url
    env[name.toLowerCase()] = url
  }
  const server = await startFaultServer([readRequest, send(CREATED)])
  expect(await inProcess(registering([server.origin]), { env })).toEqual([{ client_id: 'c1' }])
  expect(asked).toBe(0)
})

test.each([
  ['http', "await import('node:http')"],
  ['https', "await import('node:https')"],
])('C044: a runtime that does not ask the guard where a name leads, with %s', async (_name, module) => {
  const server = await startFaultServer([readRequest, send(CREATED)])
  const { port } = new URL(server.origin)
  const setUp = `
    const { Agent } = ${module}
    const { createConnection } = Agent.prototype
    Agent.prototype.createConnection = function ({ lookup, ...options }, ...rest) {
      return createConnection.call(this, options, ...rest)
    }`
  const code = registering([`http://localhost:${port}`], {
    setUp,
    options: "lookup: async () => ['127.0.0.1']",
  })
  const [told] = await inProcess(code)
  expect(told).toMatchObject({ code: 'blocked_address', outcome: 'not_sent' })
  expect(told.message).toContain('this runtime does not let the guard check where a name leads')
  expect(server.connections).toHaveLength(0)
})

test('C044: this runtime asks', async () => {
  const server = await startFaultServer([readRequest, send(CREATED)])
  const { port } = new URL(server.origin)
  const code = registering([`http://localhost:${port}`], { options: "lookup: async () => ['127.0.0.1']" })
  expect(await inProcess(code)).toEqual([{ client_id: 'c1' }])
})
