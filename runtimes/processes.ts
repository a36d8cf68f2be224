import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { binaryOf } from './binary.js'
import type { Run } from './runtime.js'

/** Milliseconds: the suite takes ten seconds, and more on a machine that is busy. */
const LONGEST = 60_000

/** Runs the suite with Node, by the alias of its package. */
export const runInNode = (alias: string): Run => inProcess([alias, 'bin/node'])

/** Runs the suite with Bun. */
export const runInBun = inProcess(['@oven/bun-linux-x64', 'bin/bun'])

/** Runs the suite with Deno, which is allowed what the library needs, and no more: the guard's TLS reads env and sys. */
export const runInDeno = inProcess(
  ['@deno/linux-x64-glibc', 'deno'],
  ['run', '--no-prompt', '--allow-net', '--allow-read', '--allow-write', '--allow-env', '--allow-sys'],
)

function inProcess([name, path]: [name: string, path: string], given: readonly string[] = []): Run {
  return async ({ folder }, servers) => {
    const binary = binaryOf(name, path)
    const { stdout } = await promisify(execFile)(
      binary,
      [...given, join(folder, 'suite', 'process.js'), JSON.stringify(servers)],
      // Where Deno keeps what it compiled and what is stored.
      { cwd: folder, timeout: LONGEST, env: { ...process.env, DENO_DIR: join(folder, 'deno') } },
    ).catch((error) => {
      if (!error.killed) throw error
      // A connection that nobody has closed keeps a process alive.
      throw new Error(`its process had not ended after ${LONGEST} ms, and had printed: ${error.stdout}`)
    })
    return JSON.parse(stdout)
  }
}
