import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const DCR = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Milliseconds for a test of many processes, each of which has a second on a busy machine. */
export const MANY_PROCESSES = 120_000

/** Milliseconds: what takes longer hangs, however busy the machine is. */
const HANGS = 45_000

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly result: Promise<Result>
}

export interface Surroundings {
  /** What stdin has. */
  readonly stdin?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Where `dcr` keeps clients by default, and its files are. Default: a folder of this run. */
  readonly folder?: string
  /** Milliseconds until it is stopped, as it hangs. Default: less than a test has. */
  readonly timeout?: number
}

/** An empty folder until the test is over. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dcr-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Starts `dcr` as a process of its own, which knows nothing of whose machine this is. */
export function startDcr(line: readonly string[], given: Surroundings = {}): Running {
  const { stdin = '', environment = {}, folder = emptyFolder(), timeout = HANGS } = given
  const { PATH = '' } = process.env
  const home = { HOME: folder, XDG_STATE_HOME: join(folder, 'state'), LOCALAPPDATA: folder }
  const child = spawn(process.execPath, [DCR, ...line], {
    cwd: folder,
    env: { PATH, ...home, ...environment },
    stdio: 'pipe',
    timeout,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  // A command that is refused at once does not read it.
  child.stdin.on('error', () => {}).end(stdin)
  const ended = async () => {
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code: child.exitCode, stdout, stderr }
  }
  const result = ended()
  // Who looks at the process alone does not want to hear of it.
  result.catch(() => {})
  return { child, result }
}

/** Runs `dcr` to its end. */
export function dcr(line: readonly string[], given: Surroundings = {}): Promise<Result> {
  return startDcr(line, given).result
}
