import { readdirSync, readFileSync } from 'node:fs'
import { transformSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { DcrClient } from '../../src/index.js'
import type { Provider } from '../../src/providers/index.js'
import * as exported from '../../src/providers/index.js'
import { startScripted } from '../servers/scripted.js'

/* What docs/providers/README.md says, held against the profiles and the files that play the servers. */

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const table = read('docs/providers/README.md')
const profiles = Object.entries<Provider>(exported)

interface Script {
  readonly provider?: string
  readonly calls: readonly { readonly call: string; readonly fails?: object }[]
}

const scripts = readdirSync(new URL('test/providers/exchanges/', root)).map((file) => ({
  name: file.replace(/\.json$/, ''),
  script: JSON.parse(read(`test/providers/exchanges/${file}`)) as Script,
}))

/** A row of the table that names a file, by the columns that a file can confirm. */
const rows = [...table.matchAll(/^\| .+ \| (.+) \| .+ \| (.+) \| \[(.+)\]\((.+)\) \|$/gm)].map(
  ([, profile = '', life = '', name = '', link = '']) => ({ profile, life, name, link }),
)

describe('the table of servers', () => {
  test('has a row for each file, and a file for each row', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(scripts.map(({ name }) => name).sort())
    for (const { name, link } of rows) expect(link).toBe(`../../test/providers/exchanges/${name}.json`)
  })

  test.each(scripts)('$name: the profile, and what of its life there is', ({ name, script }) => {
    const row = rows.find((row) => row.name === name)
    expect(row, `docs/providers/README.md has a row for ${name}.json`).toBeDefined()
    expect(row?.profile).toMatch(
      script.provider ? new RegExp(`^\`.*\\b${script.provider}\\b`) : /^none needed$/,
    )
    const lived = ['register', 'get', 'update', 'delete'].filter((operation) =>
      script.calls.some(({ call, fails }) => call === operation && !fails),
    )
    expect(row?.life).toBe(lived.length === 4 ? 'all' : lived.join(', '))
    expect(
      script.calls.some(({ fails }) => fails),
      `${name}.json has a call that fails, too`,
    ).toBe(true)
  })
})

describe('each profile', () => {
  test.each(profiles)('%s is played by a file, and in the table by its name', (name, provider) => {
    expect(
      scripts.map(({ script }) => script.provider),
      'test/providers/exchanges/ plays it',
    ).toContain(name)
    // Of a text that lacks something, the whole would be shown.
    const lacking = [name, provider.name].filter((word) => !table.includes(`\`${word}\``))
    expect(lacking, 'docs/providers/README.md lacks').toEqual([])
  })

  test('has a name of its own', () => {
    expect(new Set(profiles.map(([, { name }]) => name)).size).toBe(profiles.length)
  })

  const files = readdirSync(new URL('src/providers/', root)).filter((file) => file !== 'provider.ts')
  test.each(files)('%s can be read at a glance', (file) => {
    expect(read(`src/providers/${file}`).trimEnd().split('\n').length).toBeLessThanOrEqual(64)
  })
})

test('the profile of your own that is shown works', async () => {
  const [, shown = ''] = /(const acme: Provider = \{.*?^\})/ms.exec(table) ?? []
  const { code } = transformSync(`export ${shown}`, { loader: 'ts', format: 'esm' })
  const { acme } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)

  const answer = { client_id: 'c1', redirect_uris: ['https://app.example.com/cb'], scopes: ['read', 'write'] }
  const server = await startScripted({ status: 201, body: answer })
  const dcr = new DcrClient(server.metadata, {
    provider: acme,
    initialAccessToken: 'key-1',
    allowInsecureRequests: true,
  })
  const { scopes, ...registered } = answer
  expect(await dcr.register({ redirect_uris: answer.redirect_uris, scope: 'read write' })).toEqual({
    ...registered,
    scope: 'read write',
  })
  const [request] = server.requests
  expect(request?.headers.authorization).toBe('AcmeKey key-1')
  expect(JSON.parse(request?.body ?? '')).toEqual({ redirect_uris: answer.redirect_uris, scopes })
})
