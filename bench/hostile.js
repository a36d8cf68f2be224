import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { addresses } from './hostile/addresses.js'
import { answers } from './hostile/answers.js'
import { contenders } from './hostile/contenders.js'
import { DEADLINE, meet } from './hostile/meet.js'
import { network } from './hostile/network.js'
import { table } from './table.js'
import { versionOf } from './version.js'

/*
 * Servers that mean harm, or fail, side by side: what each client does. `--write` keeps the table in RESULTS.md; any
 * other arguments are words of the names of the only cases to run.
 */
const MARK = '<!-- hostile servers -->'

// Read by Node as it starts: of the children, therefore.
process.env.NODE_EXTRA_CA_CERTS = fileURLToPath(
  new URL('../test/fixtures/certificates/authority.pem', import.meta.url),
)

const words = process.argv.slice(2).filter((argument) => argument !== '--write')
const cases = [...addresses, ...network, ...answers].filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)
const names = Object.keys(contenders)
const attempts = cases.flatMap((fault) => names.map((name) => ({ fault, name })))
const verdicts = new Map(cases.map((fault) => [fault, {}]))

async function work() {
  for (let next = attempts.shift(); next; next = attempts.shift()) {
    verdicts.get(next.fault)[next.name] = await meet(next.name, next.fault)
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work))

const rows = cases.map((fault) => [fault.name, fault.must, ...names.map((name) => verdicts.get(fault)[name])])
const total = (name) => cases.filter((fault) => verdicts.get(fault)[name] === 'right').length
rows.push([`right, of ${cases.length}`, '', ...names.map(total)])

const versions = ['dcr-client', ...Object.values(contenders).flatMap((contender) => contender.package ?? [])]
const section = `## Hostile servers

Node ${process.version}, ${cpus().length} × ${cpus()[0].model}, ${new Date().toISOString().slice(0, 10)}.
${versions.map((name) => `${name} ${versionOf(name)}`).join(', ')}.

From an issuer to a registered client, each attempt in a process of its own, at a server with TLS on this machine. Every
client is used as its documents say, and gets a deadline of ${DEADLINE / 1000} s (longer where memory is measured) in the way that it takes one: an option, a signal, or a
fetch with a signal; without, some of them wait for ever. "guarded" is with \`guardedFetch\` and an exception for the
server itself; the others have no guard to switch on. "hangs" is what had not ended after three deadlines and was killed.
A client counts as kept if its id and its secret can be reached, from the result or from anywhere in the error.
The cases were chosen by the authors of dcr-client, from what such a client has to expect.

${table(['case', 'must', ...names], rows)}`
console.log(section)

if (process.argv.includes('--write')) {
  const file = new URL('RESULTS.md', import.meta.url)
  const [before] = (await readFile(file, 'utf8')).split(MARK)
  await writeFile(file, `${before.trimEnd()}\n\n${MARK}\n\n${section}\n`)
}
