import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Debian keeps the programs of PostgreSQL out of the path; the latest version comes first. */
const DEBIAN = '/usr/lib/postgresql'
const folders = () => [
  ...(process.env.PATH ?? '').split(delimiter),
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, 'bin')),
]

/** The folder that has all of the programs. */
export function folderOf(...programs: readonly string[]): string | undefined {
  return folders().find((folder) => programs.every((program) => existsSync(join(folder, program))))
}

/**
 * Tests that need these programs. Without them they are skipped, and that is said aloud; where `DCR_REQUIRE_SERVERS` is
 * set, a missing program is a failure.
 */
export function describeWith(programs: readonly string[], name: string, tests: () => void): void {
  const what = `${name}: needs ${programs.join(' and ')}, which must be installed`
  if (folderOf(...programs)) describe(name, tests)
  else if (process.env.DCR_REQUIRE_SERVERS) test(what, () => expect.fail(what))
  else {
    console.warn(`Skipped. ${what}`)
    describe.skip(what, tests)
  }
}

/** A program that is running, and what it has said. */
export interface Program {
  readonly child: ChildProcess
  /** Waits for it to be of use, by trying; fails with what it has said if it ends before. */
  ready(works: () => Promise<unknown>): Promise<void>
  /** Sends a signal, and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<void>
}

export function start(file: string, parameters: string[], options: SpawnOptions): Program {
  const child = spawn(file, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout?.on('data', (data) => {
    said += data
  })
  child.stderr?.on('data', (data) => {
    said += data
  })
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(`${file} ended (${code ?? signal})`))
  })
  let running = true
  ended.then(() => {
    running = false
  })
  return {
    child,
    async ready(works) {
      while (running) {
        try {
          return void (await works())
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
      throw new Error(`${await ended}\n${said}`)
    },
    async stop(signal) {
      child.kill(signal)
      await ended
    },
  }
}
