import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { transformSync } from 'esbuild'
import { setupServer } from 'msw/node'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { referenceServer } from '../src/testing/index.js'

/* Each block of code in the documents is compiled, and run against the reference server, as it stands there. */

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = `${root}.documentation`
const pagesIn = (place: string, recursive: boolean) =>
  readdirSync(`${root}${place}`, { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${place}/${name}`)
// In the folders of the site's pages lies what is made from the source.
const documents = ['README.md', ...pagesIn('docs', true), ...pagesIn('site/pages', false)]

const blocks = documents.flatMap((document) => {
  const text = readFileSync(`${root}${document}`, 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ''], index) => ({
    name: `${document}, block ${index + 1}, line ${text.slice(0, text.indexOf(code)).split('\n').length}`,
    code,
    file: `${folder}/${document.replaceAll(/[\\/]/g, '-')}-${index + 1}`,
  }))
})

const registrar = { client_id: 'registrar', client_secret: 'a-secret-for-the-documents', scope: 'register' }
const network = setupServer(
  ...referenceServer({ issuer: 'https://as.example.com', tokenClients: [registrar] }).handlers,
  ...referenceServer({ issuer: 'https://bank.example.com' }).handlers,
  ...referenceServer({ issuer: 'https://hydra.example.com', like: 'hydra' }).handlers,
  ...referenceServer({ issuer: 'https://api.awork.com', like: 'awork' }).handlers,
  ...referenceServer({
    issuer: 'https://sid.example.com/master',
    like: 'simpleidserver',
    tokenClients: [{ ...registrar, token_endpoint_auth_method: 'client_secret_post' }],
  }).handlers,
)

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  for (const { file, code } of blocks) {
    writeFileSync(`${file}.ts`, code)
    writeFileSync(`${file}.mjs`, transformSync(code, { loader: 'ts', format: 'esm' }).code)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('there is code to check', () => {
  expect(blocks.length).toBeGreaterThan(5)
})

test('it compiles', { timeout: 120_000 }, () => {
  const { config } = ts.readConfigFile(`${root}test/tsconfig.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${root}test`)
  const program = ts.createProgram(
    blocks.map(({ file }) => `${file}.ts`),
    { ...options, noUnusedLocals: false },
  )
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
  expect(problems).toEqual([])
})

describe('it runs', () => {
  // The databases have tests of their own: of these blocks it is enough that they compile.
  test.each(blocks.filter(({ code }) => !/from '(redis|pg)'/.test(code)))('$name', async ({ file, code }) => {
    vi.stubEnv('REGISTRAR_SECRET', registrar.client_secret)
    vi.stubEnv('ADMIN_TOKEN', 'an-administrator')
    vi.stubEnv('XDG_STATE_HOME', `${folder}/state`)
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    // A block that brings its own network is left alone with it.
    const alone = code.includes('setupServer')
    if (!alone) network.listen({ onUnhandledRequest: 'error' })
    try {
      await import(/* @vite-ignore */ pathToFileURL(`${file}.mjs`).href)
    } finally {
      if (!alone) network.close()
      vi.unstubAllEnvs()
    }
    for (const [, printed] of code.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)) {
      expect(log.mock.calls.map((line) => line.join(' '))).toContain(printed)
    }
  })
})
