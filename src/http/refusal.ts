import type { DcrError, ErrorCode, ErrorDetails, Outcome } from '../errors.js'
import { isRecord, isUnset, without } from '../json.js'
import { printable } from '../printable.js'
import type { Provider } from '../providers/provider.js'
import { failure, isManaging } from './failure.js'
import { formEncoded } from './url.js'

/** Characters of a server's error code and of its explanation that are kept. */
const LONGEST_CODE = 256
const LONGEST_DESCRIPTION = 1024

/** Names by which servers and what stands before them tell the number of a request: no specification has one. */
const REQUEST_IDS = [
  'x-request-id',
  'x-correlation-id',
  'x-okta-request-id',
  'x-amzn-requestid',
  'x-ms-request-id',
  'x-trace-id',
  'cf-ray',
]

/** What is shorter hides nothing, and would be found in every word. */
const SHORTEST_SECRET = 4

/** RFC 6749 §5.2, RFC 6750 §3.1, RFC 7591 §3.2.2. */
const OAUTH_ERRORS =
  /^(invalid_(request|client|grant|scope|token|redirect_uri|client_metadata|software_statement)|unauthorized_client|unsupported_grant_type|insufficient_scope|unapproved_software_statement|access_denied|server_error)$/

const CODES: Record<number, ErrorCode> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_found',
  408: 'server_error',
  429: 'rate_limited',
  501: 'not_found',
}

const ADVICE: Partial<Record<ErrorCode, string>> = {
  unauthorized: '; the token or secret is missing, wrong or spent, or the client is gone',
  forbidden: '; a policy of the server forbids it',
  not_found: '; the server does not offer it here',
}

interface Refused {
  readonly status: number
  readonly headers?: Headers
  readonly json: unknown
  readonly secrets: readonly string[]
}

/**
 * Makes the error of an answer that is not a success. Servers say it in many shapes: RFC 6749 §5.2, Ory's nested
 * object, `{code,description}`, `{errorCode,errorSummary}`, `{error_code,msg}`, plain text, nothing.
 */
export function refusal(
  call: { readonly operation: string; readonly provider?: Provider | undefined },
  { status, headers, json, secrets }: Refused,
  details: Omit<ErrorDetails, 'outcome'>,
): DcrError {
  const body = isRecord(json) ? json : {}
  const nested = isRecord(body.error) ? body.error : {}
  const challenge = headers?.get('www-authenticate') ?? ''
  const first = (longest: number, ...values: unknown[]) => {
    const said = values.find((value) => (typeof value === 'string' && value) || typeof value === 'number')
    if (said === undefined) return undefined
    // A server may repeat what it was sent; the words of the specifications are nobody's secret.
    return printable(OAUTH_ERRORS.test(`${said}`) ? `${said}` : redacted(`${said}`, secrets), longest)
  }
  const error = first(
    LONGEST_CODE,
    body.error,
    body.error_code,
    body.errorCode,
    nested.status,
    nested.code,
    body.code,
    parameter(challenge, 'error'),
  )
  const error_description = first(
    LONGEST_DESCRIPTION,
    joined(body.error_description, body.error_hint),
    nested.reason,
    nested.message,
    body.errorSummary,
    joined(body.description, written(body.validationErrors)),
    body.msg,
    body.message,
    body.detail,
    body.title,
    parameter(challenge, 'error_description'),
  )
  const retryAfter =
    secondsUntil(headers?.get('retry-after') ?? '') ?? (status === 429 ? secondsToReset(headers) : undefined)
  const usual = CODES[status] ?? (status > 499 ? 'server_error' : 'rejected')
  const { errors = {} } = call.provider ?? {}
  // Of an answer from 500 on nothing is certain, whatever its words.
  const named =
    error !== undefined && status < 500 && Object.hasOwn(errors, error) ? errors[error] : undefined
  const code = named ?? usual
  const told = {
    error,
    error_description,
    error_uri: first(LONGEST_CODE, body.error_uri),
    retryAfter,
    requestId: first(LONGEST_CODE, ...REQUEST_IDS.map((name) => headers?.get(name))),
  }
  const words = [error, error_description].filter(Boolean).join(': ').replace(/\.+$/, '')
  const gone = code === 'not_found' && isManaging(call.operation) ? ', or the client is gone' : ''
  const later = retryAfter === undefined ? '' : `; it says to come again in ${retryAfter} s`
  return failure(call, code, `answered ${status} ${words}`.trimEnd() + (ADVICE[code] ?? '') + gone + later, {
    ...details,
    ...without(told, isUnset),
    status,
    outcome: outcomeOf(status, usual, retryAfter),
  })
}

function joined(...texts: unknown[]): string {
  return texts.filter((text) => typeof text === 'string' && text).join(' ')
}

/** What can be parsed may be too deep to be written. */
function written(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** Leaves out of a text what was sent, as it was and as it is written in headers, URLs and forms. */
function redacted(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .flatMap((secret) => {
      const encoded = formEncoded(secret)
      return [secret, encoded, encoded.replaceAll('+', '%20'), JSON.stringify(secret).slice(1, -1)]
    })
    // One may begin another.
    .sort((a, b) => b.length - a.length)
  return spellings.reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text)
}

/** A failing server may have done the work before it failed; one that says when to come back has not. */
function outcomeOf(status: number, code: ErrorCode, retryAfter: number | undefined): Outcome {
  return code === 'server_error' && !(status === 503 && retryAfter !== undefined) ? 'unknown' : 'rejected'
}

/** A quoted parameter of a challenge (RFC 6750 §3). */
function parameter(challenge: string, name: string): string | undefined {
  const parameters = challenge.matchAll(/[\s,](\w+)="([^"\\]*)"/g)
  for (const [, found, value] of parameters) if (found === name) return value
  return undefined
}

/** `Retry-After` by the grammar of RFC 9110 §10.2.3 alone: `Number` and `Date.parse` take far more than that. */
function secondsUntil(header: string): number | undefined {
  if (/^\d{1,10}$/.test(header)) return Number(header)
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(header)) return undefined
  const seconds = Math.ceil((Date.parse(header) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}

/** What servers send in place of `Retry-After`: seconds, where it is not a date as some have it. */
function secondsToReset(headers?: Headers): number | undefined {
  const header = headers?.get('x-retry-after') ?? headers?.get('ratelimit-reset') ?? ''
  return /^\d{1,5}$/.test(header) ? Number(header) : undefined
}
