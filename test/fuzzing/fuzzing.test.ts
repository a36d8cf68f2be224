import fc from 'fast-check'
import { describe, test } from 'vitest'
import { properties } from './properties.js'

/** The same inputs each time; `npm run fuzz` takes others, and more. */
const SEED = 20260728
const INPUTS = 2_500

describe('whatever comes, it is a result or an error of ours', () => {
  for (const { name, share, property } of properties) {
    test(name, () => fc.assert(property, { seed: SEED, numRuns: Math.ceil(INPUTS * share) }), 60_000)
  }
})
