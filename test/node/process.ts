import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll } from 'vitest'
import { lastWordsOf } from '../last-words-of.js'

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
  })
  return JSON.parse(await lastWordsOf(child))
}
