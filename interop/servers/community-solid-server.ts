import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppRunner } from '@solid/community-server'
import type { Subject } from '../../test/contract/contract.js'

/** The Community Solid Server as it comes, all in memory. */
export async function startSolidServer(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'solid-'))
  const socket = join(folder, 'socket')
  const connections = new Set<Socket>()
  // It must be told its own URL, and cannot pick a free port: it listens to a socket behind one that is free.
  const front = createServer((incoming) => {
    const behind = connect(socket)
    connections.add(incoming.on('close', () => connections.delete(incoming)))
    incoming.pipe(behind).pipe(incoming)
    incoming.on('error', () => {}).on('close', () => behind.destroy())
    behind.on('error', () => incoming.destroy())
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  const issuer = `http://127.0.0.1:${(front.address() as AddressInfo).port}/`
  // Where this says that a test runs, it takes that for one of its own and looks for its test runner.
  process.env.NODE_ENV = 'production'
  const app = await new AppRunner().create({
    config: '@css:config/default.json',
    shorthand: { baseUrl: issuer, socket, loggingLevel: 'error' },
  })
  await app.start()
  return {
    issuer,
    options: { allowInsecureRequests: true },
    async close() {
      front.close()
      for (const connection of connections) connection.destroy()
      await app.stop()
      await rm(folder, { recursive: true })
    },
  }
}
