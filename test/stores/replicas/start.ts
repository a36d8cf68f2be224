import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { onTestFinished } from 'vitest'
import type { stores } from './stores.js'
import type { Work } from './work.js'

/** A process with a store of its own. */
export interface Replica {
  /** Resolves when it is done, and fails if the process ends before. */
  does(work: Work): Promise<void>
  /** As if by the system: it has no last words. */
  kill(): Promise<void>
}

/** Starts a process for each kind of store, until the test is finished. */
export async function startReplicas(kinds: (keyof typeof stores)[], url: string): Promise<Replica[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dcr-replicas-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'replica.cjs')
  await build({
    entryPoints: [fileURLToPath(new URL('replica.ts', import.meta.url))],
    outfile: file,
    bundle: true,
    platform: 'node',
    external: ['pg-native'],
  })
  return Promise.all(kinds.map((kind) => startReplica(file, kind, url)))
}

async function startReplica(file: string, kind: string, url: string): Promise<Replica> {
  const child = fork(file, [kind, url], { execArgv: [] })
  const exit = once(child, 'exit')
  onTestFinished(async () => {
    if (child.connected) child.disconnect()
    await exit
  })
  const told = async () => {
    const early = exit.then(([code, signal]) => {
      throw new Error(`a replica ended with ${code ?? signal}`)
    })
    await Promise.race([once(child, 'message'), early])
  }
  await told()
  return {
    does(work) {
      child.send(work)
      return told()
    },
    async kill() {
      child.kill('SIGKILL')
      await exit
    },
  }
}
