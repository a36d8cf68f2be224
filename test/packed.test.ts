import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

/* The package as its users get it: packed, and installed alone in an empty folder. */

const root = fileURLToPath(new URL('..', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'dcr-packed-'))
afterAll(() => rmSync(project, { recursive: true }))

const { exports, dependencies, peerDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const entries = Object.keys(exports)
  .filter((entry) => !entry.endsWith('.json'))
  .map((entry) => entry.replace('.', 'dcr-client'))

const run = (program: string, args: string[], cwd = project) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
const node = (code: string) => run(process.execPath, ['--input-type=module', '-e', code])

writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
const [packed] = JSON.parse(
  run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], root),
)
run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(project, packed.filename)])

test('it brings ky and zod along, and nothing else', () => {
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))
  expect(installed).toEqual(['dcr-client', ...Object.keys(dependencies)])
})

test('it is no larger than it was', () => {
  // Kilobytes; half of it is the command, in which what it needs is bundled. What is larger has its reason told here: 400 were
  // enough before the command told what is wrong with a database, and a client could be taken in under a name.
  expect(packed.unpackedSize / 1000).toBeLessThan(1600)
  expect(packed.size / 1000).toBeLessThan(420)
})

test('the command is there', () => {
  expect(run(join(project, 'node_modules', '.bin', 'dcr'), ['--version'])).toMatch(/^\d+\.\d+\.\d+/)
})

test('each class is one, whichever entry it comes from', () => {
  const printed = node(`
    import { DcrError } from 'dcr-client'
    import { parseManifest } from 'dcr-client/onboarding'
    import { fileStore } from 'dcr-client/stores/file'
    import { guardedFetch } from 'dcr-client/node'
    import { McpRegistrar } from 'dcr-client/mcp'
    const thrown = (call) => { try { call() } catch (error) { return error } }
    const errors = [
      thrown(() => parseManifest({})),
      thrown(() => fileStore({ directory: 7 })),
      thrown(() => guardedFetch({ allow: 7 })),
      thrown(() => new McpRegistrar({})),
    ]
    console.log(errors.map((error) => error instanceof DcrError).join())
  `)
  expect(printed).toBe('true,true,true,true')
})

test.each(
  entries.filter((entry) => !['testing', 'openid-client', 'oauth4webapi'].some((it) => entry.endsWith(it))),
)('%s is imported and required without any peer', (entry) => {
  expect(Number(node(`console.log(Object.keys(await import('${entry}')).length)`))).toBeGreaterThan(0)
  const required = run(process.execPath, ['-e', `console.log(Object.keys(require('${entry}')).length)`])
  expect(Number(required)).toBeGreaterThan(0)
})

// Milliseconds: the compiler takes three seconds, and more on a machine that has other work.
const COMPILING = { timeout: 60_000 }

describe('its types', COMPILING, () => {
  const strictest = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    noImplicitOverride: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    // That of the package is what is checked.
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
  }
  const ours = `${root}node_modules/typescript/bin/tsc`
  const compiled = (names: readonly string[], options: object, compiler = ours) => {
    const lines = names.map(
      (name, index) => `import * as entry${index} from '${name}'\nexport { entry${index} }`,
    )
    writeFileSync(join(project, 'all.ts'), lines.join('\n'))
    const config = { compilerOptions: { ...strictest, ...options }, files: ['all.ts'] }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
    try {
      return run(process.execPath, [compiler, '-p', project])
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  }
  const alone = entries.filter((entry) => !/testing|openid-client|oauth4webapi/.test(entry))

  test.each([
    ['node16', { module: 'node16', moduleResolution: 'node16' }],
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['bundler', { module: 'preserve', moduleResolution: 'bundler' }],
  ])(
    'are clean without a peer and without those of Node, in the strictest settings, under %s',
    (_name, options) => {
      expect(compiled(alone, { ...options, types: [] })).toBe('')
    },
  )

  test('are clean for the compiler of TypeScript 7, which is another program', () => {
    const folder = join(project, 'typescript-7')
    run('npm', [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--prefix',
      folder,
      'typescript@7.0.2',
    ])
    const options = { module: 'nodenext', moduleResolution: 'nodenext', types: [] }
    expect(compiled(alone, options, join(folder, 'node_modules', 'typescript', 'bin', 'tsc'))).toBe('')
  })

  test('are clean with every peer', () => {
    for (const peer of Object.keys(peerDependencies)) {
      const place = join(project, 'node_modules', peer)
      mkdirSync(join(place, '..'), { recursive: true })
      symlinkSync(`${root}node_modules/${peer}`, place)
    }
    // The declarations of the peers are not ours to check.
    const options = { module: 'nodenext', moduleResolution: 'nodenext', types: [], skipLibCheck: true }
    expect(compiled(entries, options)).toBe('')
  })
})
