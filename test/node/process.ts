import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, expect, onTestFinished } from 'vitest'

let library = ''

/** Builds once, for all tests of a file, what their processes load: it is much of the time of a fresh process. */
export function withLibrary(): void {
  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'dcr-client-'))
    library = join(directory, 'library.mjs')
    const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url))
    const contents = `export { DcrClient } from '${source('client/client.ts')}'; export * from '${source('node/index.ts')}'`
    const stdin = { contents, resolveDir: directory }
    await build({ stdin, outfile: library, bundle: true, platform: 'node', format: 'esm' })
    return () => rmSync(directory, { recursive: true })
  })
}

interface ProcessOptions {
  readonly env?: Record<string, string>
  /** Most files and sockets that it may have open. */
  readonly files?: number
}

/**
 * Runs code in a fresh process, which is to end by itself; resolves for what it returned. The code has `load`, which
 * loads the library, and `tell`, which makes of an error what can be printed.
 */
export async function inProcess(code: string, { env = {}, files }: ProcessOptions = {}) {
  const program = `
    const load = () => import('${library}')
    const tell = (promise) => promise.catch(({ code, outcome, attempts, cause, message }) => ({ code, outcome, attempts, cause, message }))
    console.log(JSON.stringify(await (async () => { ${code} })()))`
  const node = [process.execPath, '--input-type=module', '--eval', program]
  const [command = '', ...given] = files ? ['sh', '-c', `ulimit -n ${files}; exec "$@"`, 'sh', ...node] : node
  const child = spawn(command, given, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    // Less than a test has, and than any timer of the library that is left behind.
    timeout: 9000,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(child.signalCode, 'it was killed, as it did not end').toBeNull()
  return JSON.parse(printed)
}
