import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { cpu } from './cpu.js'
import { durableSave, manyKept, warmEnsure } from './file-store.js'
import { importTime } from './import-time.js'
import { mcpRoundTrips } from './mcp-round-trips.js'
import { onboarding } from './onboarding.js'
import { peers } from './peers.js'
import { roundTrips } from './round-trips.js'
import { size } from './size.js'
import { table } from './table.js'
import { versionOf } from './version.js'

/*
 * Everything is measured in this one run, on this one machine, and told as a ratio: absolute numbers say more
 * about the machine. `--write` keeps the result in RESULTS.md; any other argument names the only sections to run.
 */
const sections = {
  'round-trips': roundTrips,
  'mcp-round-trips': mcpRoundTrips,
  cpu,
  size,
  'import-time': importTime,
  'warm-ensure': warmEnsure,
  'durable-save': durableSave,
  'many-kept': manyKept,
  onboarding,
}
const chosen = process.argv.slice(2).filter((argument) => argument !== '--write')
const unknown = chosen.filter((name) => !Object.hasOwn(sections, name))
if (unknown.length > 0) {
  console.error(`There is no section ${unknown.join(', ')}. There are: ${Object.keys(sections).join(', ')}.`)
  process.exit(1)
}

const targets = []
const parts = []
function say(part) {
  console.log(`${part}\n`)
  parts.push(part)
}

for (const [name, measure] of Object.entries(sections)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const started = performance.now()
  const { title, note, head, rows, target } = await measure()
  targets.push(...[target].flat())
  say(`## ${title}\n\n${note}\n\n${table(head, rows)}`)
  console.error(`(${name}: ${Math.round((performance.now() - started) / 1000)} s)\n`)
}

say(
  `## Targets\n\n${table(
    ['target', 'wanted', 'measured', ''],
    targets.map(({ name, wanted, measured, met }) => [name, wanted, measured, met ? 'met' : 'NOT MET']),
  )}`,
)

if (process.argv.includes('--write')) {
  const versions = ['dcr-client', 'ky', 'zod', ...Object.values(peers).flatMap((peer) => peer.package ?? [])]
  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}, ${new Date().toISOString().slice(0, 10)}.`
  const list = [...new Set(versions)].map((name) => `${name} ${versionOf(name)}`).join(', ')
  const file = new URL('RESULTS.md', import.meta.url)
  // The section of `npm run bench:hostile`, which is measured on its own.
  const hostile = (await readFile(file, 'utf8')).match(/\n<!-- hostile servers -->.*/s)?.[0] ?? ''
  await writeFile(
    file,
    `# Results of \`npm run bench -- --write\`\n\n${machine}\n${list}.\n\n${parts.join('\n\n')}\n${hostile}`,
  )
}
