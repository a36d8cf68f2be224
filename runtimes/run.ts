/**
 * Runs the suite in every runtime, and holds the table of the README to what passed. With `--write` the table is
 * written, with the date. A runtime that is not on this machine is left out, unless `DCR_REQUIRE_SERVERS=1` demands it.
 */
import { judged } from './judged.js'
import { makeProject } from './project.js'
import { isWritten, tableOf, write } from './readme.js'
import { Missing } from './runtime.js'
import { RUNTIMES, type Runtime } from './runtimes.js'
import { startServers } from './servers.js'

const rows = new Map<string, readonly string[]>()
const leftOut: string[] = []
const surprises: string[] = []
/** Versions that are told with the date, as they change without us. */
const ofMachine: string[] = []

const { servers, close } = await startServers()
const project = makeProject()

async function show(runtime: Runtime): Promise<void> {
  const { name } = runtime
  try {
    const found = await runtime.run(project, servers)
    const { cells, surprises: more } = judged(runtime, found)
    console.log(`${name} ${found.version}: ${cells[2]}`)
    rows.set(name, cells)
    surprises.push(...more)
    if (runtime.version) ofMachine.push(`${name} ${found.version}`)
  } catch (error) {
    if (!(error instanceof Missing)) surprises.push(`${name}: ${(error as Error).stack}`)
    else if (process.env.DCR_REQUIRE_SERVERS === '1') surprises.push(`${name}: ${error.message}`)
    else console.log(`${name}: left out, as ${error.message}`)
    leftOut.push(name)
  }
}

// Two at a time: most of what they do is to wait.
const waiting = [...RUNTIMES]
async function showTheRest(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) await show(next)
}
await Promise.all([showTheRest(), showTheRest()])
await close()
project.remove()

const table = tableOf(RUNTIMES.map(({ name }) => rows.get(name)).filter((row) => row !== undefined))
console.log(`\n${table}\n`)
for (const surprise of surprises) console.error(`${surprise}\n`)
if (surprises.length > 0) process.exitCode = 1
else if (!process.argv.includes('--write')) {
  if (!isWritten(table, leftOut)) {
    console.error('The README says otherwise; npm run test:runtimes -- --write writes what passed.')
    process.exitCode = 1
  }
} else if (leftOut.length > 0) {
  console.error(`Nothing was written: ${leftOut.join(', ')} would be lost.`)
  process.exitCode = 1
} else write(table, `Run on ${new Date().toISOString().slice(0, 10)}, with ${ofMachine.join(', ')}.`)
