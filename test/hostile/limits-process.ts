import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'
import { expect, onTestFinished } from 'vitest'

/** Milliseconds; a process of a busy machine takes its time to begin. */
export const PROCESS_TIMEOUT = 60_000

/**
 * Runs code in a fresh process that has nothing in it but the library, so that what it costs can be measured. The code
 * has `DcrClient`, and `tell`, which makes of an error what can be printed; resolves for what it returned.
 */
export async function inBareProcess(code: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'dcr-client-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const outfile = join(folder, 'library.mjs')
  const entry = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
  buildSync({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node' })
  const program = `
    const { DcrClient } = await import('${pathToFileURL(outfile)}')
    const tell = (promise) => promise.catch(({ code, outcome, attempts, message }) => ({ code, outcome, attempts, message }))
    console.log(JSON.stringify(await (async () => { ${code} })()))`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(child.exitCode).toBe(0)
  return JSON.parse(printed)
}
