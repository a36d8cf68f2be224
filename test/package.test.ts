import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest: { exports: Record<string, string | { types: string; default: string }> } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
)
/** The files of what users import. */
const entries = Object.values(manifest.exports).flatMap((files) =>
  typeof files === 'string' ? [] : [files.types, files.default].map((file) => file.slice('./'.length)),
)

/** Bundles a piece of code that imports the built package, and tells what came along. */
async function bundle(code: string, { minify = false } = {}) {
  const result = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    minify,
    target: 'es2022',
    treeShaking: true,
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  const [output] = Object.values(result.metafile.outputs)
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  return { text: result.outputFiles[0]?.text ?? '', inputs: inputs.map(([name]) => name) }
}

describe('what a bundle of the core holds', () => {
  test('nothing of Node, of classic zod or of the testing tools', async () => {
    const { text, inputs } = await bundle("export { DcrClient, discover, requestToken } from 'dcr-client'")
    expect(inputs.some((name) => name.includes('/ky/'))).toBe(true)
    for (const part of ['node:', 'zod/v4/classic', 'zod/v3', 'zod/v4/locales', '/msw/', 'dist/testing']) {
      expect(
        inputs.filter((name) => name.includes(part)),
        part,
      ).toEqual([])
    }
    // What Node alone has, and what belongs to other exports.
    for (const part of [
      /node:/,
      /\bprocess\./,
      /\bBuffer\b/,
      /\brequire\(/,
      /client-assertion-type/,
      /RSA-PSS/,
      /structuredClone/,
    ]) {
      expect(text).not.toMatch(part)
    }
  })

  test('a function on its own brings no transport along', async () => {
    const { inputs } = await bundle("export { differences, DcrError, memoryStore } from 'dcr-client'")
    expect(inputs.filter((name) => name.includes('/ky/'))).toEqual([])
  })

  test('a provider brings no other along', async () => {
    const { text } = await bundle("export { curity } from 'dcr-client/providers'")
    expect(text).toContain('"curity"')
    expect(text.match(/^ {2}name: /gm)).toHaveLength(1)
    expect(text.length).toBeLessThan(500)
  })

  test('the entry for MCP needs nothing of Node elsewhere', async () => {
    const { text, inputs } = await bundle("export { McpRegistrar } from 'dcr-client/mcp'")
    expect(inputs.filter((name) => /node/.test(name.replace('node_modules', '')))).toEqual([])
    expect(text).not.toMatch(/node:|\bprocess\.|\bBuffer\b/)
  })

  // Kilobytes, gzipped, with ky and zod/mini, which are 12 of them. What needs more has its reason told in the changeset.
  test.each([
    ['DcrClient, discover, requestToken', 34.5],
    ['Registrar, memoryStore', 42],
    ['discover', 25.5],
  ])('%s is at most %d kB', async (names, most) => {
    const { text } = await bundle(`export { ${names} } from 'dcr-client'`, { minify: true })
    expect(gzipSync(text).length / 1000).toBeLessThan(most)
    expect(gzipSync(text).length / 1000, 'the ceiling can be lower').toBeGreaterThan(most - 4)
  })

  test('importing it for nothing costs nothing', async () => {
    const { text } = await bundle("import 'dcr-client'; import 'dcr-client/providers'")
    expect(text.replace(/^\s*(\/\/.*)?$/gm, '')).toBe('')
  })
})

describe('what is published', () => {
  test('the files, and nothing else', () => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
    const files = packed.files.map(({ path }: { path: string }) => path.replace(/chunk-\w+/, 'chunk'))
    expect(files.filter((path: string) => !path.startsWith('dist/')).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'THIRD-PARTY-LICENCES.md',
      'package.json',
      'schemas/manifest.json',
    ])
    // What several entries share has a name that tsup makes up.
    const shared = /^dist\/(cli\/[\w-]+|chunk|[\w-]+-[\w-]{8})\.(js|d\.ts)$/
    const built = files.filter((path: string) => path.startsWith('dist/'))
    const others = built.filter((path: string) => !entries.includes(path))
    expect(built).toEqual(expect.arrayContaining(entries))
    expect(others.filter((path: string) => !shared.test(path)).sort()).toEqual([
      'dist/cli.js',
      'dist/mcp-node.js',
    ])
  })

  test.each([
    [
      'import',
      [
        '--input-type=module',
        '-e',
        "const { DcrClient } = await import('dcr-client'); console.log(typeof DcrClient)",
      ],
    ],
    [
      'on Node, the guard of MCP',
      [
        '--input-type=module',
        '-e',
        `const [{ memoryStore }, { McpRegistrar }] = await Promise.all([import('dcr-client'), import('dcr-client/mcp')])
        const registrar = new McpRegistrar({ store: memoryStore() })
        const { code } = await registrar.ensureForResource('https://10.0.0.1/mcp', {}).catch((error) => error)
        console.log(code === 'blocked_address' && 'function')`,
      ],
    ],
    ['require', ['-e', "console.log(typeof require('dcr-client').DcrClient)"]],
  ])('%s works in plain Node', (_name, args) => {
    const printed = execFileSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(printed.trim()).toBe('function')
  })
})
