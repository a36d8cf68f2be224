import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { DcrClient } from '../src/index.js'
import { failureOf } from './failure-of.js'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

test('a call that is given up ends its connection, even if nobody but the library holds the request', async () => {
  const server = createServer(() => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const dcr = new DcrClient(
    { issuer, registration_endpoint: `${issuer}/register` },
    { allowInsecureRequests: true, fetch: (request) => fetch(request) },
  )
  for (let count = 0; count < 3; count++) {
    const controller = new AbortController()
    const failed = failureOf(dcr.register({ redirect_uris: [] }, { signal: controller.signal }))
    const [request] = (await once(server, 'request')) as [{ socket: Socket }]
    for (let round = 0; round < 2; round++) {
      collect()
      await new Promise(setImmediate)
    }
    const closed = once(request.socket, 'close')
    controller.abort()
    expect((await failed).code).toBe('aborted')
    await closed
  }
})
