import { applied } from './applied.js'
import { boundaries } from './boundaries.js'
import { inDatabase } from './databases.js'
import { KIND } from './disk-store.js'
import { failures } from './failures.js'
import { newDirectory, removeDirectories } from './folders.js'
import { moments } from './moments.js'
import { rotations } from './rotations.js'
import { seed } from './seed.js'
import { stampede } from './stampede.js'
import { torn } from './torn.js'

const inFiles = async () => ({ kind: KIND, directory: await newDirectory() }) as const

const parts: Record<string, () => Promise<string>> = {
  stampede: async () => stampede(await inFiles()),
  rotations: async () => rotations(await inFiles()),
  redis: () => inDatabase('redis', stampede),
  postgres: () => inDatabase('postgres', stampede),
  boundaries,
  moments,
  applied,
  failures,
  torn,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in parts))
if (unknown.length > 0) throw new Error(`there is no part ${unknown}: ${Object.keys(parts).join(', ')}`)
const chosen = Object.entries(parts).filter(([name]) => wanted.length === 0 || wanted.includes(name))

console.log(`seed ${seed} (DCR_TORTURE_SEED=${seed} makes the same choices)`)
for (const [name, run] of chosen) {
  const begun = performance.now()
  try {
    const result = await run()
    console.log(
      `${name.padEnd(11)} ${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${result}`,
    )
  } catch (error) {
    // What was found stays where it is, to be looked at.
    console.error(`${name}: ${error instanceof Error ? error.stack : error}\nseed ${seed}`)
    process.exit(1)
  }
}
await removeDirectories()
