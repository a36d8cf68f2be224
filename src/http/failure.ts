import {
  DcrError,
  type ErrorCode,
  type ErrorDetails,
  OAuthError,
  type Outcome,
  type Refusal,
} from '../errors.js'

const CONSEQUENCE: Record<Outcome, string> = {
  not_sent: 'Nothing was sent.',
  rejected: 'Nothing was changed.',
  applied: 'It was done: see error.client.',
  unknown: 'It may have been done.',
}

/** One sentence of what happened at which endpoint, and one of what became of the request. */
export function failure(
  { operation }: { readonly operation: string },
  code: ErrorCode,
  what: string,
  details: ErrorDetails | Refusal = { outcome: 'not_sent' },
): DcrError {
  const { earlier, ...told } = details
  // What an attempt may have done, a later one that was refused has not undone.
  const outcome = earlier === 'unknown' && told.outcome !== 'applied' ? earlier : told.outcome
  const where = told.endpoint ? `${told.endpoint} ` : ''
  const message = `${operation}: ${where}${what}. ${CONSEQUENCE[outcome]}`
  return new ('status' in told ? OAuthError : DcrError)(code, message, { ...told, outcome })
}
