import fc from 'fast-check'
import { beforeEach, describe, test } from 'vitest'
import { allowSecretsIn } from '../canaries.js'
import { properties } from './properties.js'

/** The same inputs each time; `npm run fuzz` takes others, and more. */
const SEED = 20260728
const INPUTS = 500

// A member that is to hold a secret holds anything here, and anything is in a message by chance.
beforeEach(() => allowSecretsIn('an error'))

describe('whatever comes, it is a result or an error of ours', () => {
  for (const { name, share, property } of properties) {
    test(name, () => fc.assert(property, { seed: SEED, numRuns: Math.ceil(INPUTS * share) }), 60_000)
  }
})
