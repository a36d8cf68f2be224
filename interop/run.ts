/**
 * Runs the tests against real servers, and holds the table "Works with" of the README to what passed. With `--write`
 * the table is written, with the date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startVitest } from 'vitest/node'
import { worksWith } from './works-with.js'

const readme = new URL('../README.md', import.meta.url)
const [begin, end] = ['<!-- works with: begin -->\n', '<!-- works with: end -->']

const root = fileURLToPath(new URL('.', import.meta.url))
const vitest = await startVitest('test', [], { root, watch: false })
const table = worksWith(vitest.state.getTestModules())
await vitest.close()

const text = readFileSync(readme, 'utf8')
const [before = '', rest = ''] = text.split(begin)
const [written = '', after] = rest.split(end)
if (after === undefined) throw new Error('the README has no place for the table')

if (process.argv.includes('--write')) {
  const date = new Date().toISOString().slice(0, 10)
  const run = `Run on ${date}, with Node ${process.versions.node}.`
  writeFileSync(readme, `${before}${begin}\n${table}\n\n${run}\n\n${end}${after}`)
} else if (!written.includes(`\n${table}\n`)) {
  console.error(`The README says otherwise; npm run test:interop -- --write writes what passed:\n${table}`)
  process.exitCode = 1
}
