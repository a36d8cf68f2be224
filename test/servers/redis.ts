import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { freePort } from './free-port.js'
import { folderOf, start } from './programs.js'

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** For signals: a stopped one does not answer. */
  kill(signal: 'SIGSTOP' | 'SIGCONT'): void
  stop(): Promise<void>
}

export const REDIS = ['redis-server']

/** A real server, with an empty memory and on a port of its own. */
export async function startRedis(...settings: string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'dcr-redis-'))
  const port = await freePort()
  const parameters = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const program = start(
    join(`${folderOf(...REDIS)}`, 'redis-server'),
    [...parameters, '--appendonly', 'yes', ...settings],
    {},
  )
  const url = `redis://127.0.0.1:${port}`
  await program.ready(async () => {
    const client = createClient({ url, socket: { reconnectStrategy: false } }).on('error', () => {})
    await client.connect()
    await client.ping().finally(() => client.destroy())
  })
  return {
    port,
    url,
    kill: (signal) => program.child.kill(signal),
    async stop() {
      await program.stop('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}
