/**
 * Runs the `auth/*` scenarios of the conformance suite of MCP against a client with our adapter, and holds what the
 * README says of it to what passed. With `--write` it is written, with the date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { report } from './report.js'
import { namesOfScenarios, runScenario } from './scenarios.js'
import { someAtOnce } from './some-at-once.js'

const readme = new URL('../README.md', import.meta.url)
const [begin, end] = ['<!-- conformance: begin -->\n', '<!-- conformance: end -->']

const [major = 0] = process.versions.node.split('.').map(Number)
// It has what the suite needs: `globSync` of node:fs.
if (major < 22) throw new Error(`the suite needs Node 22 or newer, this is ${process.versions.node}`)

const results = await someAtOnce(await namesOfScenarios(), runScenario)
for (const { scenario, problems } of results) {
  console.log(`${problems.length === 0 ? 'passed' : 'FAILED'} ${scenario}`)
  for (const problem of problems) console.log(`       ${problem}`)
}
const { text, unexplained } = report(results)
for (const complaint of unexplained) console.error(complaint)

const [before = '', rest = ''] = readFileSync(readme, 'utf8').split(begin)
const [written = '', after] = rest.split(end)
if (after === undefined) throw new Error('the README has no place for what passed')
if (process.argv.includes('--write')) {
  const date = new Date().toISOString().slice(0, 10)
  const run = `Run on ${date}, with Node ${process.versions.node}.`
  writeFileSync(readme, `${before}${begin}\n${text}\n\n${run}\n\n${end}${after}`)
} else if (!written.includes(`\n${text}\n`)) {
  console.error(`The README says otherwise; npm run test:conformance -- --write writes what passed:\n${text}`)
  process.exitCode = 1
}
if (unexplained.length > 0) process.exitCode = 1
