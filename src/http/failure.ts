import { DcrError, type ErrorCode, type ErrorDetails, type Outcome } from '../errors.js'

const CONSEQUENCE: Record<Outcome, string> = {
  not_sent: 'Nothing was sent.',
  rejected: 'The server did not do it.',
  applied: 'The server did it; what it answered is in error.client.',
  unknown: 'The server may have done it.',
}

/** One sentence of what happened to which endpoint, and one of what became of the request. */
export function describe(operation: string, what: string, { endpoint, outcome }: ErrorDetails): string {
  return `${operation}: ${endpoint ? `${endpoint} ` : ''}${what}. ${CONSEQUENCE[outcome]}`
}

export function failure(
  call: { readonly operation: string },
  code: ErrorCode,
  what: string,
  details: ErrorDetails = { outcome: 'not_sent' },
): DcrError {
  return new DcrError(code, describe(call.operation, what, details), details)
}
