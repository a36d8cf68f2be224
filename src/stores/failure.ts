import { DcrError, type ErrorCode } from '../errors.js'

/** What a store has to say. It never holds what is stored. */
export function storeFailure(code: ErrorCode, what: string, system?: string): DcrError {
  return new DcrError(code, `store: ${what}`, {
    outcome: 'not_sent',
    ...(system !== undefined && { cause: { code: system } }),
  })
}
