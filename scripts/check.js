// `npm run check`: everything that a change must pass, a line for each part, and of a part that fails the end of what it
// printed. `npm run check -- lint test` runs those parts alone.
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** These use all processors, or judge how long something took. */
const ONE_BY_ONE = [
  ['test'],
  ['lint'],
  ['typecheck'],
  ['generate', '--', '--check'],
  ['package'],
  ['demo'],
  ['test:hardened'],
  ['test:processes'],
  ['torture'],
  ['torture:journal'],
]

/** These wait for servers or work on one processor: two at a time. Each list installs what its parts use. */
const BESIDE_EACH_OTHER = [
  [['fuzz']],
  [['test:interop'], ['examples']],
  [['test:conformance']],
  [['test:runtimes']],
  [['test:site']],
]

/** What a part needs that this machine may not have; `undefined` where it has it. */
const LACKS = {
  'test:conformance': Number(process.versions.node.split('.')[0]) < 22 ? 'Node 22' : undefined,
}

/** Lines of a part that failed: enough for several tests with what they expected. */
const TOLD = 150

const asked = process.argv.slice(2)
const isWanted = ([name]) => asked.length === 0 || asked.includes(name)
const all = [...ONE_BY_ONE, ...BESIDE_EACH_OTHER.flat()]
const unknown = asked.filter((name) => !all.some(([part]) => part === name))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. There are: ${all.map(([name]) => name).join(', ')}`)
  process.exit(2)
}

const logs = await mkdtemp(join(tmpdir(), 'dcr-check-'))
const failed = []
let passed = 0

for (const part of ONE_BY_ONE.filter(isWanted)) await run(part)
const waiting = BESIDE_EACH_OTHER.map((parts) => parts.filter(isWanted))
await Promise.all([work(), work()])
await rm(logs, { recursive: true })
console.log(`${passed} passed, ${failed.length} failed`)
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}. Again: npm run check -- ${failed.join(' ')}`)
  process.exitCode = 1
}

async function work() {
  for (let parts = waiting.shift(); parts; parts = waiting.shift()) {
    for (const part of parts) await run(part)
  }
}

async function run([name, ...rest]) {
  if (LACKS[name]) {
    console.log(`left out  ${name}: it needs ${LACKS[name]}`)
    return
  }
  const begun = performance.now()
  const log = join(logs, name.replace(':', '-'))
  const code = await npmRun([name, ...rest], log)
  const text = stripVTControlCharacters(await readFile(log, 'utf8'))
  const seconds = `${Math.round((performance.now() - begun) / 1000)} s`
  if (code === 0) {
    passed++
    const tests = /^ *Tests +(.*)$/m.exec(text)?.[1] ?? ''
    console.log(`passed  ${name.padEnd(16)} ${seconds.padStart(6)}  ${tests}`.trimEnd())
  } else {
    failed.push(name)
    console.log(`${text.trimEnd().split('\n').slice(-TOLD).join('\n')}\nFAILED  ${name}, after ${seconds}`)
  }
}

function npmRun(words, log) {
  const child = spawn('npm', ['run', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  const file = createWriteStream(log)
  child.stdout.pipe(file, { end: false })
  child.stderr.pipe(file, { end: false })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => file.end(() => resolve(code)))
  })
}
