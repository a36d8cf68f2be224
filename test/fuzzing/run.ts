import fc from 'fast-check'
import { properties } from './properties.js'

const [inputs = '50000', given] = process.argv.slice(2)
// A fixed seed where none is given: what CI finds, everybody finds.
const seed = Number(given ?? 20260728)

process.on('unhandledRejection', (error) => {
  console.error('unhandled:', error)
  process.exit(1)
})

console.log(`${inputs} inputs, seed ${seed} (npm run fuzz -- <inputs> <seed>)`)
for (const { name, share, property } of properties) {
  const begun = performance.now()
  const numRuns = Math.ceil(Number(inputs) * share)
  await fc.assert(property, { seed, numRuns })
  console.log(
    `${name.padEnd(14)} ${`${numRuns}`.padStart(8)} in ${((performance.now() - begun) / 1000).toFixed(1)} s`,
  )
}
