import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../src', import.meta.url))

/** All files below a folder, by the names used here: paths without their ending. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file).replaceAll(sep, '/').replace(/\.ts$/, ''))
}

/** The floors of the house, from the ground up: a file may import its own floor and those below. */
const floors = [
  [
    'errors',
    'warnings',
    'json',
    'printable',
    'openapi.gen',
    'types',
    ...filesIn('stores'),
    ...filesIn('providers'),
  ],
  filesIn('http'),
  filesIn('metadata'),
  ['discovery', ...filesIn('authentication'), ...filesIn('custody')],
  filesIn('client'),
  filesIn('registrar'),
  filesIn('agent-runtimes'),
  filesIn('mcp').filter((file) => file !== 'mcp/node'),
  filesIn('oauth4webapi'),
  filesIn('openid-client'),
  filesIn('node'),
  ['mcp/node'],
  ['index'],
  filesIn('onboarding'),
  filesIn('doctor'),
  filesIn('cli'),
]

/** The stores that have an entry of their own, as not everybody can or wants to load what they need. */
const STORE_ENTRIES = filesIn('stores')
  .filter((file) => file.endsWith('/index'))
  .map((file) => file.replace(/index$/, ''))

/** Who may import which package: each in one place. */
const packages: Record<string, (file: string) => boolean> = {
  ky: (file) => file === 'http/send',
  'zod/mini': (file) => file === 'metadata/schemas',
  'openid-client': (file) => file.startsWith('openid-client/'),
  oauth4webapi: (file) => file.startsWith('oauth4webapi/'),
  msw: (file) => file.startsWith('testing/'),
  commander: (file) => file === 'cli/program' || file === 'cli/main',
  'log-update': (file) => file === 'cli/manifest/progress',
  yaml: (file) => file === 'cli/yaml',
  redis: (file) => file === 'cli/databases',
  pg: (file) => file === 'cli/databases',
  // All else runs in a browser too.
  'node:': (file) => /^(stores\/(disk|file|journal)|node|cli)\//.test(file),
}

const files = filesIn('.')
const core = files.filter((file) => !file.startsWith('testing/'))

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, `${file}.ts`), 'utf8')
  const statements =
    /^(?:import|export) (?:type )?(?:[\w*]|\{[^}]*\})[^'{}\n]*from '([^']+)'|\bimport\('([^']+)'\)/gm
  return [...source.matchAll(statements)].map(([, from, dynamic]) => from ?? dynamic ?? '')
}

/** Imports of our own files, by the names used above. */
function neighbours(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) =>
      relative('/', normalize(join('/', dirname(file), name)))
        .replaceAll(sep, '/')
        .replace(/\.js$/, ''),
    )
}

describe('every file', () => {
  test('has its floor', () => {
    expect([...core].sort()).toEqual(floors.flat().sort())
  })

  test.each(core)('%s imports nothing from a floor above', (file) => {
    const floor = floors.findIndex((names) => names.includes(file))
    for (const name of neighbours(file)) {
      expect(
        floors.findIndex((names) => names.includes(name)),
        `${file} imports ${name}`,
      ).toBeLessThanOrEqual(floor)
    }
  })

  test('is in no circle', () => {
    const done = new Set<string>()
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) throw new Error([...path.slice(path.indexOf(file)), file].join(' → '))
      if (done.has(file)) return
      for (const name of neighbours(file)) visit(name, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(done.size).toBe(files.length)
  })

  test.each(files)('%s imports only packages that are its to import', (file) => {
    for (const name of importsOf(file).filter((name) => !name.startsWith('.'))) {
      expect(packages[name.replace(/^node:.*/, 'node:')]?.(file), `${file} imports ${name}`).toBe(true)
    }
  })
})

test('the stores know nothing of OAuth and of HTTP', () => {
  for (const file of core.filter((name) => name.startsWith('stores/'))) {
    for (const name of neighbours(file)) expect(name, file).toMatch(/^(stores\/.*|errors|types|printable)$/)
  }
})

test('a folder with an index is an export of the package, and documented', () => {
  const text = (path: string) => readFileSync(join(root, '..', path), 'utf8')
  const folders = files.filter((file) => /(^|\/)index$/.test(file)).map(dirname)
  const { exports } = JSON.parse(text('package.json'))
  const exported = Object.keys(exports).filter((name) => !name.endsWith('.json'))
  expect(exported.map((name) => normalize(name)).sort(), 'exports of package.json').toEqual(folders.sort())
  const pages = readdirSync(join(root, '../docs'), { recursive: true, encoding: 'utf8' })
  const documents = pages.filter((name) => name.endsWith('.md')).map((name) => text(`docs/${name}`))
  const unknown = exported.filter(
    (name) => !documents.some((page) => page.includes(`dcr-client${name.slice(1)}'`)),
  )
  expect(unknown, 'no page of docs/ imports it').toEqual([])
})

test('a store with an entry of its own is opened by `--store` of the command, and loaded by nobody else', () => {
  expect(STORE_ENTRIES.length).toBeGreaterThan(0)
  for (const entry of STORE_ENTRIES) {
    expect(neighbours('cli/stores'), 'what src/cli/stores.ts opens').toContain(`${entry}index`)
    // The command opens whichever of them its line names.
    for (const file of files.filter((name) => !name.startsWith(entry) && name !== 'cli/stores')) {
      for (const name of neighbours(file))
        expect(name.startsWith(entry), `${file} imports ${name}`).toBe(false)
    }
  }
})

test('the guard stands on errors and http alone, and is loaded by nobody but the entry for Node of what strangers name', () => {
  for (const file of core) {
    for (const name of neighbours(file)) {
      if (file.startsWith('node/')) expect(name, file).toMatch(/^(node|http)\/|^(errors|json|printable)$/)
      else if (file !== 'mcp/node') expect(name, file).not.toMatch(/^node\//)
    }
  }
})

test('the drop-in for agent-runtimes is built on what everybody can import', () => {
  const surface = neighbours('index').filter((name) => !name.startsWith('http/'))
  for (const file of core.filter((name) => name.startsWith('agent-runtimes/'))) {
    for (const name of neighbours(file)) {
      if (!name.startsWith('agent-runtimes/')) expect(surface, file).toContain(name)
    }
  }
})

test('the fake shares no code with what it checks', () => {
  for (const file of files.filter((name) => name.startsWith('testing/'))) {
    for (const name of neighbours(file)) expect(name).toMatch(/^testing\//)
  }
  for (const file of core) for (const name of neighbours(file)) expect(name).not.toMatch(/^testing\//)
})

test('no file is long', () => {
  const lengths = files
    .filter((file) => file !== 'openapi.gen')
    .map((file) => readFileSync(join(root, `${file}.ts`), 'utf8').split('\n').length)
  lengths.sort((a, b) => a - b)
  expect(lengths[lengths.length >> 1]).toBeLessThanOrEqual(100)
  expect(lengths.at(-1)).toBeLessThanOrEqual(270)
})
