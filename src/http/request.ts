import ky from 'ky'
import { type DcrError, type ErrorDetails, OAuthError } from '../errors.js'
import { isToken } from './bearer.js'
import { discard, LARGEST_BODY, readBody, UnreadableBody } from './body.js'
import { type Call, within } from './call.js'
import { failure } from './failure.js'
import { refusal } from './refusal.js'
import { parse, showUrl } from './url.js'

/** One HTTP exchange, as the operations ask for it. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Sent as a bearer token (RFC 6750 §2.1). */
  readonly token?: string | TokenSource | undefined
  /** What must not come back in an error: a server may repeat what it was sent. */
  readonly secrets?: readonly string[]
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
  /** What to tell in an error about this answer. */
  readonly details: ErrorDetails & { readonly attempts: number }
}

/** How often a request is sent that certainly did nothing the last time. */
const MOST_ATTEMPTS = 3
/** How often a request is sent that is harmless twice, when nothing certain came back. */
const MOST_AFTER_SILENCE = 2
/** Milliseconds before the second attempt where the server names no time; doubled after, with full jitter. */
const FIRST_WAIT = 300
/** No connection came to be, for a reason that may pass. `ConnectionRefused` is Bun's word for it. */
const NOT_CONNECTED =
  /^(ECONNREFUSED|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused)$/
/** No connection came to be, for a reason that stays. */
const NOT_CONNECTABLE = /^(ENOTFOUND|.*(CERT|UNABLE_TO|_SSL_|_TLS_).*)$/

/**
 * Sends one request, again where that is safe: when no connection came to be, when the server refused it and
 * said when to come back (429, 503) or refused the token and there is another, and, for GET and DELETE alone,
 * once more after silence or a failing server. The lost answer to a POST may be a client, that to a PUT a new
 * token: neither is sent twice here.
 */
export async function request(exchange: Exchange, call: Call): Promise<Answer> {
  let token = await currentToken(exchange, call)
  for (let attempt = 1, renewed = false; ; attempt++) {
    try {
      return await send(exchange, token, call, attempt)
    } catch (thrown) {
      const error = thrown as DcrError
      if (!renewed && refusesToken(error) && typeof exchange.token === 'function') {
        renewed = true
        const another = await currentToken(exchange, call, token)
        if (another === token) throw error
        token = another
        continue
      }
      const wait = waitBeforeSendingAgain(error, exchange, attempt)
      if (wait === undefined || performance.now() + wait >= call.expiresAt) throw error
      await within(call, () => new Promise((resolve) => setTimeout(resolve, wait)), error)
    }
  }
}

async function currentToken(
  { token: source }: Exchange,
  call: Call,
  refused?: string,
): Promise<string | undefined> {
  if (source === undefined) return undefined
  const given =
    typeof source === 'function'
      ? await within(call, () => source(refused === undefined ? {} : { refused }))
      : source
  // The line break is what reading a token from a file leaves at its end.
  const token = typeof given === 'string' ? given.replace(/\r?\n$/, '') : given
  if (isToken(token)) return token
  throw failure(
    call,
    'invalid_argument',
    'the token must be 1 to 8,192 visible ASCII characters, without spaces or line breaks',
  )
}

/** 401, or what servers that know no 401 say instead. */
function refusesToken(error: DcrError): boolean {
  return error instanceof OAuthError && (error.status === 401 || error.error === 'invalid_token')
}

function waitBeforeSendingAgain(error: DcrError, { method }: Exchange, attempt: number): number | undefined {
  const { code, outcome } = error
  const backoff = Math.random() * FIRST_WAIT * 2 ** (attempt - 1)
  const refused = error instanceof OAuthError && (error.status === 429 || error.status === 503)
  if (refused && error.retryAfter !== undefined)
    return attempt < MOST_ATTEMPTS ? error.retryAfter * 1000 : undefined
  if (outcome === 'not_sent') {
    const passing = code === 'network_error' && NOT_CONNECTED.test((error.cause as NetworkCause).code)
    return passing && attempt < MOST_ATTEMPTS ? backoff : undefined
  }
  const silent = outcome === 'unknown' && (code === 'network_error' || code === 'server_error')
  const harmless = method === 'GET' || method === 'DELETE'
  return silent && harmless && attempt < MOST_AFTER_SILENCE ? backoff : undefined
}

function send(exchange: Exchange, token: string | undefined, call: Call, attempts: number): Promise<Answer> {
  const { method, url, headers, body, secrets = [] } = exchange
  const where = { endpoint: `${method} ${showUrl(url)}`, attempts }
  const unknown = { ...where, outcome: 'unknown' } as const

  return within(
    call,
    async (signal) => {
      const response = await ky(url, {
        method,
        headers: {
          accept: 'application/json',
          ...call.headers,
          ...headers,
          ...(token && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body }),
        ...(call.fetch && { fetch: call.fetch as typeof fetch }),
        signal,
        redirect: 'manual',
        // When to send again and how long to wait is decided above, for the body as well as for the head.
        retry: 0,
        timeout: false,
        throwHttpErrors: false,
      }).catch((error: unknown) => {
        throw networkFailure(call, error, where)
      })
      const { status } = response
      refuseRedirect(call, url, response, unknown)

      const text = await readBody(response).catch((error: unknown) => {
        if (!response.ok) return ''
        if (!(error instanceof UnreadableBody)) throw networkFailure(call, error, where)
        const done = { ...where, outcome: 'applied' } as const
        throw error.reason === 'too_large'
          ? failure(
              call,
              'response_too_large',
              `answered ${status} with more than ${LARGEST_BODY} bytes`,
              done,
            )
          : failure(call, 'invalid_response', `answered ${status} with a body that is not UTF-8`, done)
      })
      const json = parseJson(text)
      if (!response.ok)
        throw refusal(
          call,
          { status, headers: response.headers, json },
          { ...where, secrets: token ? [token, ...secrets] : secrets },
        )
      const type = response.headers.get('content-type') ?? ''
      if (json !== undefined && !/^application\/([\w.-]+\+)?json\b/i.test(type)) {
        call.warn('unexpected_content_type', 'The answer is JSON, its content type says otherwise.')
      }
      return { status, json, details: { ...where, outcome: 'applied' } }
    },
    unknown,
  )
}

function refuseRedirect(call: Call, url: URL, response: Response, details: ErrorDetails): void {
  const { status, type, redirected } = response
  if (!redirected && type !== 'opaqueredirect' && (status < 300 || status > 399)) return
  discard(response)
  const target = parse(response.headers.get('location') ?? '', url)
  const to = target ? ` to ${target.origin}` : ''
  // A fetch that follows by itself has sent the request on, and nobody knows what came of it.
  const outcome = redirected ? 'unknown' : 'rejected'
  throw failure(call, 'redirect_refused', `answered with a redirect${to}, which is not followed`, {
    ...details,
    outcome,
  })
}

interface NetworkCause {
  readonly code: string
}

/** The runtime's own error is dropped: it holds the request, and that the credentials. Its code is kept. */
function networkFailure(call: Call, error: unknown, where: { endpoint: string; attempts: number }): DcrError {
  let code = ''
  for (let level = error, depth = 0; level instanceof Error && depth < 5; level = level.cause, depth++) {
    const found = (level as Partial<NetworkCause>).code
    if (typeof found === 'string' && /^\w{3,64}$/.test(found)) code = found
  }
  const unsent = NOT_CONNECTED.test(code) || NOT_CONNECTABLE.test(code)
  const what = unsent
    ? 'could not be reached'
    : 'closed or lost the connection before its answer was complete'
  const details = { ...where, outcome: unsent ? 'not_sent' : 'unknown', cause: { code } } as const
  return failure(call, 'network_error', code ? `${what} (${code})` : what, details)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Its error quotes the text, which may be a secret.
    return undefined
  }
}
