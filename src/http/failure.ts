import {
  DcrError,
  type ErrorCode,
  type ErrorDetails,
  OAuthError,
  type Outcome,
  type Refusal,
} from '../errors.js'
import type { Provider } from '../providers/provider.js'

const CONSEQUENCE: Record<Outcome, string> = {
  not_sent: 'Nothing was sent.',
  rejected: 'Nothing was changed.',
  applied: 'It was done.',
  unknown: 'It may have been done.',
}

/** Whether an operation is about a client that is registered already. */
export function isManaging(operation: string): boolean {
  return /^(get|update|delete)$/.test(operation)
}

/** Words that a server says of the metadata when it has understood them (RFC 7591 §3.2.2). */
const UNDERSTOOD = /^(invalid_redirect_uri|invalid_client_metadata|(invalid|unapproved)_software_statement)$/

/** Whether an answer could be that of another kind of server. */
function isDoubtful(code: ErrorCode, { status, error = '' }: Partial<Refusal>): boolean {
  if (code === 'invalid_response') return true
  return status !== undefined && code !== 'rate_limited' && code !== 'server_error' && !UNDERSTOOD.test(error)
}

/** One sentence of what happened at which endpoint, and one of what became of the request. */
export function failure(
  { operation, provider }: { readonly operation: string; readonly provider?: Provider | undefined },
  code: ErrorCode,
  what: string,
  details: ErrorDetails | Refusal = { outcome: 'not_sent' },
): DcrError {
  const { earlier, ...told } = details
  // What an attempt may have done, a later one that was refused has not undone.
  const outcome = earlier === 'unknown' && told.outcome !== 'applied' ? earlier : told.outcome
  const { endpoint = '', client } = told
  const where = endpoint && `${endpoint} `
  // A read changes nothing, whatever became of it, but for the servers that rotate tokens on it.
  const changesNothing = endpoint.startsWith('GET') && !provider?.rotatesOnRead
  const consequence = outcome !== 'not_sent' && changesNothing ? '' : ` ${CONSEQUENCE[outcome]}`
  const held = client ? ' What is known of the client is in error.client.' : ''
  const when = isManaging(operation) ? 'manage' : operation === 'register' && 'register'
  const given = when ? provider?.advice?.[when] : undefined
  const advice = given?.[code] ? `; ${given[code]}` : ''
  const doubt =
    provider && isDoubtful(code, told)
      ? ` Is this the server that the provider ${provider.name} is made for?`
      : ''
  const message = `${operation}: ${where}${what}${advice}.${consequence}${held}${doubt}`
  return new ('status' in told ? OAuthError : DcrError)(code, message, { ...told, outcome })
}
