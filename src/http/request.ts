import ky from 'ky'
import { DcrError, type ErrorCode, type ErrorDetails, OAuthError, type Outcome } from '../errors.js'
import { isUnset, type JsonObject, without } from '../json.js'
import { isToken } from './bearer.js'
import { readBody } from './body.js'
import { type Call, pause, within } from './call.js'
import { failure } from './failure.js'
import { refusal } from './refusal.js'
import { formEncoded, parse, showUrl } from './url.js'

/** One HTTP exchange, as the operations ask for it. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly json?: JsonObject | undefined
  readonly form?: URLSearchParams
  /** Sent as a bearer token (RFC 6750 §2.1). */
  readonly token?: string | TokenSource | undefined
  /** The `Authorization` header, where there is no `token`. */
  readonly authorization?: string | undefined
  /** What must not come back in an error: a server may repeat what it was sent. */
  readonly secrets?: readonly string[]
  /** What came of the operation before this exchange. */
  readonly earlier?: Outcome
}

/**
 * Gives the current token. `refused` is the token that a server has just said no to: if it is the current one,
 * the source should come up with another, or give the same if it has none.
 */
export type TokenSource = (request: { readonly refused?: string }) => string | Promise<string>

/** A 2xx answer. `json` is undefined where the body is empty or not JSON. */
export interface Answer {
  readonly status: number
  readonly json: unknown
  /** What to tell in an error about this answer, and what must not be told. */
  readonly details: ErrorDetails
  readonly secrets: readonly string[]
}

/** How often a request is sent that certainly did nothing the last time. */
const MOST_ATTEMPTS = 3
/** How often a request is sent that is harmless twice, when nothing certain came back. */
const MOST_AFTER_SILENCE = 2
/** Milliseconds before the second attempt where the server names no time; doubled after, with full jitter. */
const FIRST_WAIT = 300
/** No connection came to be, for a reason that may pass. `ConnectionRefused` is Bun's word for it. */
const NOT_CONNECTED =
  /^(ECONNREFUSED|EAI_AGAIN|E(NET|HOST)UNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused)$/
/** No connection came to be, for a reason that stays. */
const NOT_CONNECTABLE = /^ENOTFOUND$|CERT|UNABLE_TO|_SSL_|_TLS_/

/**
 * Sends one request, again where that is safe: when no connection came to be, when the server refused it and
 * said when to come back (429, 503) or refused the token and there is another, and, for GET and DELETE alone,
 * once more after silence or a failing server. The lost answer to a POST may be a client, that to a PUT a new
 * token: neither is sent twice here.
 */
export async function request(exchange: Exchange, call: Call): Promise<Answer> {
  let before: ErrorDetails = { outcome: exchange.earlier ?? 'not_sent', attempts: 0 }
  let token = await currentToken(exchange, call, before)
  let renewed = false
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(exchange, token, call, before)
    } catch (thrown) {
      const error = thrown as DcrError
      before = {
        outcome: error.outcome,
        attempts: attempt,
        ...(error.endpoint && { endpoint: error.endpoint }),
      }
      let wait = waitBeforeSendingAgain(error, exchange, attempt)
      if (refusesToken(error) && typeof exchange.token === 'function' && !renewed) {
        renewed = true
        const another = await currentToken(exchange, call, before, token)
        if (another !== token) wait = 0
        token = another
      }
      if (wait === undefined || performance.now() + wait >= call.expiresAt) throw error
      await within(call, (signal) => pause(wait, signal), before)
    }
  }
}

async function currentToken(
  { token }: Exchange,
  call: Call,
  before: ErrorDetails,
  refused?: string,
): Promise<string | undefined> {
  if (token === undefined) return undefined
  let given: unknown = token
  try {
    if (typeof token === 'function')
      given = await within(call, () => token(refused ? { refused } : {}), before)
  } catch (error) {
    // What a source throws of its own may hold anything.
    throw error instanceof DcrError
      ? error
      : failure(call, 'missing_credential', 'the source of the token failed', before)
  }
  // The line break is what reading a token from a file leaves at its end.
  const text = `${given}`.replace(/\r?\n$/, '')
  if (typeof given === 'string' && isToken(text)) return text
  throw failure(
    call,
    'invalid_argument',
    'the token must be visible ASCII characters, without spaces or line breaks',
    before,
  )
}

/** 401, or what servers that know no 401 say instead. */
function refusesToken(error: DcrError): boolean {
  return error.code === 'unauthorized' || (error as OAuthError).error === 'invalid_token'
}

function waitBeforeSendingAgain(error: DcrError, { method }: Exchange, attempt: number): number | undefined {
  const { code, outcome, cause } = error
  const backoff = Math.random() * FIRST_WAIT * 2 ** (attempt - 1)
  const passing =
    outcome === 'not_sent' && code === 'network_error' && NOT_CONNECTED.test((cause as NetworkCause).code)
  if (passing && attempt < MOST_ATTEMPTS) return backoff
  if (
    error instanceof OAuthError &&
    (error.status === 429 || error.status === 503) &&
    error.retryAfter !== undefined
  ) {
    return attempt < MOST_ATTEMPTS ? error.retryAfter * 1000 : undefined
  }
  const silent = outcome === 'unknown' && (code === 'network_error' || code === 'server_error')
  const harmless = method === 'GET' || method === 'DELETE'
  return silent && harmless && attempt < MOST_AFTER_SILENCE ? backoff : undefined
}

function send(
  exchange: Exchange,
  token: string | undefined,
  call: Call,
  before: ErrorDetails,
): Promise<Answer> {
  const { method, url, json, form } = exchange
  const authorization = token ? `Bearer ${token}` : exchange.authorization
  const type = json ? 'application/json' : form && 'application/x-www-form-urlencoded'
  const credentials = [authorization?.split(' ')[1] ?? '', ...(exchange.secrets ?? [])].filter(Boolean)
  const secrets = credentials.flatMap((secret) => [secret, encodeURIComponent(secret), formEncoded(secret)])
  const endpoint = `${method} ${showUrl(url)}`
  const where = { endpoint, attempts: (before.attempts ?? 0) + 1, earlier: before.outcome }
  const details = { ...where, outcome: 'unknown' } as const

  return within(
    call,
    async (signal) => {
      const response = await ky(url, {
        method,
        headers: {
          accept: 'application/json',
          ...call.headers,
          ...without({ authorization, 'content-type': type }, isUnset),
        },
        body: json ? JSON.stringify(json) : (form?.toString() ?? null),
        ...(call.fetch && { fetch: call.fetch as typeof fetch }),
        signal,
        redirect: 'manual',
        // When to send again and how long to wait is decided here, for the body as well as for the head.
        retry: 0,
        timeout: false,
        throwHttpErrors: false,
      }).catch((error: unknown) => {
        throw networkFailure(call, error, where)
      })
      const { status, headers, ok } = response
      refuseRedirect(call, url, response, details)

      const unusable = (code: ErrorCode, what: string) =>
        failure(call, code, `answered ${status} with ${what}`, { ...where, outcome: 'applied' })
      const text = await readBody(response, unusable).catch((error: unknown) => {
        // Of a refusal the status says enough, and a deletion has no answer to be read.
        if (!ok || method === 'DELETE') return ''
        throw (error as Partial<DcrError>).outcome ? error : networkFailure(call, error, where)
      })
      const answered = parseJson(text)
      if (!ok) throw refusal(call, { status, headers, json: answered }, where, secrets)
      if (answered !== undefined && !/json\b/i.test(headers.get('content-type') ?? '')) {
        call.warn('unexpected_content_type', 'The answer is JSON, its content type says otherwise.')
      }
      return { status, json: answered, details: { ...where, outcome: 'applied' }, secrets }
    },
    details,
    { endpoint, ...before },
  )
}

function refuseRedirect(call: Call, url: URL, response: Response, details: ErrorDetails): void {
  const { status, type, redirected, headers, body } = response
  if (!redirected && type !== 'opaqueredirect' && (status < 300 || status > 399)) return
  body?.cancel().catch(() => {})
  const target = parse(headers.get('location') ?? '', url)
  // A fetch that follows by itself has sent the request on, and nobody knows what came of it.
  const outcome = redirected ? 'unknown' : 'rejected'
  const what = `redirects${target ? ` to ${target.origin}` : ''}, where the request is not sent`
  throw failure(call, 'redirect_refused', what, { ...details, outcome })
}

interface NetworkCause {
  readonly code: string
}

/** The runtime's own error is dropped: it holds the request, and that the credentials. Its code is kept. */
function networkFailure(call: Call, error: unknown, where: Omit<ErrorDetails, 'outcome'>): DcrError {
  let code = ''
  for (let level = error, depth = 0; level instanceof Error && depth < 5; level = level.cause, depth++) {
    const found = (level as Partial<NetworkCause>).code
    if (/^\w{3,64}$/.test(`${found}`)) code = `${found}`
  }
  const unsent = NOT_CONNECTED.test(code) || NOT_CONNECTABLE.test(code)
  const what = `${unsent ? 'could not be reached' : 'closed or lost the connection'} (${code || 'no code'})`
  return failure(call, 'network_error', what, {
    ...where,
    outcome: unsent ? 'not_sent' : 'unknown',
    cause: { code },
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Its error quotes the text, which may be a secret.
    return undefined
  }
}
