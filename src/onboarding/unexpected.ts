import { DcrError } from '../errors.js'
import { failure } from '../http/failure.js'

/** What is no error of this library is one of a program's own part, such as its `fetch`: its text may hold anything. */
export function asDcrError(error: unknown): DcrError {
  if (error instanceof DcrError) return error
  const what = `failed unexpectedly (${error instanceof Error ? error.name : typeof error})`
  return failure({ operation: 'onboarding' }, 'invalid_argument', what, { outcome: 'unknown' })
}
