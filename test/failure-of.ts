import { expect } from 'vitest'
import type { DcrError } from '../src/index.js'

/** The error of a call that is to fail. */
export function failureOf(promise: Promise<unknown>): Promise<DcrError> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error) => error,
  )
}
