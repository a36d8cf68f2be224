import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Subject } from '../../test/contract/contract.js'

/** Where the binary for this machine is. */
const { default: workerd } = createRequire(import.meta.url)('workerd') as { default: string }

/** A worker with workers-oauth-provider, on the runtime of Cloudflare. */
export async function startWorker(): Promise<Subject> {
  const config = fileURLToPath(new URL('worker.capnp', import.meta.url))
  // It picks a free port, and tells which on descriptor 3.
  const runtime = spawn(workerd, ['serve', '--control-fd=3', config], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const exited = once(runtime, 'exit')
  const listening = once(createInterface({ input: runtime.stdio[3] as Readable }), 'line')
  const line = await Promise.race([
    listening,
    exited.then(() => Promise.reject(new Error('workerd did not start'))),
  ])
  const { port } = JSON.parse(`${line}`)
  return {
    issuer: `http://127.0.0.1:${port}`,
    options: { allowInsecureRequests: true },
    async close() {
      runtime.kill()
      await exited
    },
  }
}
