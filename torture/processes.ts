import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Said, Task } from './tasks.js'
import { Violation } from './violation.js'

/** Below the packages, so that what is not bundled is found. */
const caches = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
mkdirSync(caches, { recursive: true })
const folder = mkdtempSync(join(caches, 'torture-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

// The built package with what uses it, in one file: thousands of processes start from it, in half the time.
await build({
  entryPoints: [fileURLToPath(new URL('child.ts', import.meta.url))],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  external: ['redis', 'pg'],
  // That what has no effects is left out is no news.
  logLevel: 'error',
})

const environment: NodeJS.ProcessEnv = { ...process.env, NODE_COMPILE_CACHE: folder }
// They speak no TLS, and Node 20 reads these when it starts: longer than all the rest takes.
delete environment.NODE_EXTRA_CA_CERTS

/** A process of its own, and all that it says. */
export interface Child {
  readonly process: ChildProcess
  readonly said: readonly Said[]
  /** Tells of the next thing said of this kind; fails if the process ends before. */
  next<Kind extends Said['said']>(kind: Kind): Promise<Extract<Said, { said: Kind }>>
  /** Has it begin. */
  begin(): void
  /** How it ended, once all that it said has been heard. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

/** @param listen - Is told of everything as it is said. */
export function startChild(task: Task, listen: (said: Said) => void = () => {}): Child {
  // WebAssembly compiled once and not again for speed: Node's parser of HTTP does not live long enough here.
  const child = spawn(process.execPath, ['--liftoff-only', join(folder, 'child.mjs'), JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment,
  })
  const said: Said[] = []
  const waiting = new Set<(said?: Said) => void>()
  let complaints = ''
  child.stderr.on('data', (data) => {
    complaints += data
  })
  // It may be dead when it is told to begin.
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', (line) => {
    const heard = JSON.parse(line) as Said
    said.push(heard)
    listen(heard)
    for (const tell of waiting) tell(heard)
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    for (const tell of waiting) tell()
    return code ?? signal
  })
  return {
    process: child,
    said,
    ended,
    begin: () => child.stdin.end('\n'),
    next: <Kind extends Said['said']>(kind: Kind) =>
      new Promise<Extract<Said, { said: Kind }>>((resolve, reject) => {
        const tell = (heard?: Said) => {
          if (heard && heard.said !== kind) return
          waiting.delete(tell)
          if (heard) resolve(heard as Extract<Said, { said: Kind }>)
          else
            reject(
              new Violation(`a process ended before it was "${kind}": ${complaints || JSON.stringify(said)}`),
            )
        }
        waiting.add(tell)
      }),
  }
}

/** Kills it, as a machine that runs out of memory would, and waits until it is dead. */
export async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await child.ended
}
