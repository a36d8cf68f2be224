import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, onTestFinished } from 'vitest'

let program = ''

/** Builds the program of the processes, for all tests of a file. */
export function withProcesses(source = new URL('child.ts', import.meta.url)): void {
  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'dcr-client-'))
    // Others run it as well.
    chmodSync(directory, 0o755)
    program = join(directory, 'child.mjs')
    const entry = fileURLToPath(source)
    await build({ entryPoints: [entry], outfile: program, bundle: true, platform: 'node', format: 'esm' })
    return () => rmSync(directory, { recursive: true })
  })
}

export interface Running {
  readonly process: ChildProcess
  /** The next line that it says; undefined if it ends without one. */
  line(): Promise<string | undefined>
  /** The code or the signal that it ended with. */
  readonly ended: Promise<number | string>
}

export function start(parameters: readonly (string | number)[], options: SpawnOptions = {}): Running {
  return running(spawn(process.execPath, [program, ...parameters.map(String)], { ...stdio, ...options }))
}

/** Starts it below a process that never waits for it, so that it stays in the list of processes when it is dead. */
export function startUnderParentThatNeverWaits(parameters: readonly string[]): Running {
  const command = '"$@" & exec tail -f /dev/null'
  return running(spawn('sh', ['-c', command, 'sh', process.execPath, program, ...parameters], stdio))
}

const stdio: SpawnOptions = { stdio: ['ignore', 'pipe', 'inherit'] }

function running(child: ChildProcess): Running {
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  return { process: child, ended, line: async () => (await lines.next()).value }
}
