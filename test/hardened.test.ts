import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'

const FLAGS = ['--disable-proto=throw', '--disallow-code-generation-from-strings', '--frozen-intrinsics']

test('O249: a client lives in a process in which nothing built in can be changed', async () => {
  // Beside the packages, as the bundle imports the built one by its name.
  const folder = mkdtempSync(fileURLToPath(new URL('../node_modules/.hardened-', import.meta.url)))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const program = join(folder, 'life.mjs')
  const life = fileURLToPath(new URL('hardened-life.ts', import.meta.url))
  await build({ entryPoints: [life], outfile: program, format: 'esm', platform: 'node', bundle: true })
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, program, join(folder, 'store')])
  expect(JSON.parse(stdout)).toEqual({
    client_name: 'App',
    refused: 'rejected',
    actions: ['register', 'none'],
    flags: FLAGS,
  })
}, 60_000)
