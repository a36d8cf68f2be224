import { type ErrorCode, type ErrorDetails, OAuthError, type Outcome, type Refusal } from '../errors.js'
import { describe } from './failure.js'
import { printable } from './printable.js'

const LONGEST_CODE = 256
const LONGEST_DESCRIPTION = 1024

const CODES: Record<number, ErrorCode> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_found',
  408: 'server_error',
  429: 'rate_limited',
  501: 'not_found',
}

/**
 * Makes the error of an answer that is not a success. Servers say it in many shapes: RFC 6749 §5.2, Ory's nested
 * object, `{code,description}`, `{errorCode,errorSummary}`, `{error_code,msg}`, plain text, nothing.
 */
export function refusal(
  { operation }: { readonly operation: string },
  { status, headers, json }: { status: number; headers: Headers; json: unknown },
  { secrets, ...details }: Omit<ErrorDetails, 'outcome'> & { secrets: readonly string[] },
): OAuthError {
  const body = isRecord(json) ? json : {}
  const nested = isRecord(body.error) ? body.error : {}
  const challenge = headers.get('www-authenticate') ?? ''
  const show = (longest: number, ...values: unknown[]) => {
    const text = values.find(
      (value) => (typeof value === 'string' && value !== '') || typeof value === 'number',
    )
    if (text === undefined) return undefined
    // A server may repeat what it was sent.
    return printable(
      secrets.reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), `${text}`),
      longest,
    )
  }
  const refused: Refusal = {
    status,
    error: show(
      LONGEST_CODE,
      body.error,
      body.error_code,
      body.errorCode,
      nested.status,
      nested.code,
      body.code,
      parameter(challenge, 'error'),
    ),
    error_description: show(
      LONGEST_DESCRIPTION,
      body.error_description,
      nested.message,
      nested.reason,
      body.errorSummary,
      body.description,
      body.msg,
      body.message,
      body.detail,
      parameter(challenge, 'error_description'),
    ),
    error_uri: show(LONGEST_CODE, body.error_uri),
    retryAfter: retryAfter(headers.get('retry-after')),
  }
  const code = CODES[status] ?? (status >= 500 ? 'server_error' : 'rejected')
  const known = { ...details, outcome: outcomeOf(status, refused) }
  const said = [refused.error, refused.error_description].filter(Boolean).join(': ')
  const wait = refused.retryAfter === undefined ? '' : ` (retry after ${refused.retryAfter} s)`
  return new OAuthError(
    code,
    describe(operation, `answered ${status}${said && ` ${said}`}${wait}`, known),
    known,
    refused,
  )
}

/** A failing server may have done the work before it failed; one that says when to come back has not. */
function outcomeOf(status: number, { retryAfter }: Refusal): Outcome {
  if (status === 503 && retryAfter !== undefined) return 'rejected'
  return (status >= 500 && status !== 501) || status === 408 ? 'unknown' : 'rejected'
}

/** A quoted parameter of a challenge (RFC 6750 §3). */
function parameter(challenge: string, name: string): string | undefined {
  return new RegExp(`[\\s,]${name}="([^"\\\\]*)"`).exec(challenge)?.[1]
}

/** Seconds, by the grammar of RFC 9110 §10.2.3 alone: `Number` and `Date.parse` take far more than that. */
export function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,10}$/.test(header)) return Number(header)
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(header)) return undefined
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
