import type { ErrorDetails } from '../errors.js'
import { isRecord } from '../json.js'
import type { Provider } from '../providers/provider.js'
import type { Warning, WarningCode } from '../warnings.js'
import { failure } from './failure.js'
import { parse } from './url.js'

/** Options of every call; those given to a call win over those given to the `DcrClient`. */
export interface RequestOptions {
  /**
   * The one seam to the network, called as `fetch(request)`. Default: the global `fetch`. It should honour
   * `request.signal` and `request.redirect`; the deadline holds even if it does not.
   */
  fetch?: ((request: Request) => Promise<Response>) | undefined
  /** Headers to add to every request. Not `authorization`, which is this library's to set. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Aborts the call. The error's `cause` is then the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call: every attempt, wait and body included. Default 30,000. */
  timeout?: number | undefined
  /** Allows `http:`, for loopback addresses only. Default false. */
  allowInsecureRequests?: boolean | undefined
  /**
   * Origins, such as `https://manage.example.com`, which may be sent the credentials that manage a client
   * although they are not the origin of the registration endpoint. Default none.
   */
  trustedOrigins?: readonly string[] | undefined
  /** Told of each tolerated deviation while the call runs. Default: nobody is told. */
  onWarning?: ((warning: Warning) => void) | undefined
}

/** One call of the public surface, from its start to its deadline. */
export interface Call extends Readonly<Omit<RequestOptions, 'onWarning'>> {
  readonly operation: string
  /** Where the server that is called contradicts the specifications. */
  readonly provider?: Provider | undefined
  readonly timeout: number
  /** On the clock of `performance.now()`. */
  readonly expiresAt: number
  readonly warn: (code: WarningCode, message: string, member?: string) => void
}

/** Long enough for a slow server and one more try, short enough that a person is still waiting. */
const DEFAULT_TIMEOUT = 30_000
/** A longer timer fires at once, in every runtime. */
const LONGEST_TIMER = 2_147_483_647

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** Headers that are ours to set, or the connection's. */
const OWN_HEADER =
  /^(authorization|content-(type|length)|host|connection|keep-alive|upgrade|expect|te|trailer|transfer-encoding)$/i
/** What `Headers` takes: it would put a refused value into its own error. */
const HEADER_VALUE = /^[\t\x20-\x7e\xa0-\xff]*$/

export function openCall(operation: string, ...layers: readonly (RequestOptions | undefined)[]): Call {
  const options = merge(layers)
  const { timeout = DEFAULT_TIMEOUT, headers = {}, onWarning } = options
  const refuse = (what: string) => failure({ operation }, 'invalid_argument', `options.${what}`)
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= LONGEST_TIMER)) {
    throw refuse(`timeout must be milliseconds, more than 0 and at most ${LONGEST_TIMER}`)
  }
  const { fetch, signal, trustedOrigins = [] } = options
  for (const [name, given] of Object.entries({ fetch, onWarning })) {
    if (given !== undefined && typeof given !== 'function') throw refuse(`${name} must be a function`)
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw refuse('signal must be an AbortSignal, such as the signal of an AbortController')
  }
  // The members of a `Headers` are not its own: it would be taken for empty.
  if (!isRecord(headers) || Symbol.iterator in headers)
    throw refuse('headers must be a plain object: Object.fromEntries(headers) makes one')
  if (!Array.isArray(trustedOrigins) || trustedOrigins.some((origin) => parse(origin)?.origin !== origin)) {
    throw refuse(
      'trustedOrigins must be a list of origins such as "https://as.example.com", without a slash at the end',
    )
  }
  for (const [name, value] of Object.entries(headers)) {
    if (
      !HEADER_NAME.test(name) ||
      OWN_HEADER.test(name) ||
      typeof value !== 'string' ||
      !HEADER_VALUE.test(value)
    ) {
      throw refuse(`headers cannot set "${name.slice(0, 64)}", or not to that value`)
    }
  }
  return {
    operation,
    timeout,
    fetch,
    headers,
    signal,
    allowInsecureRequests: options.allowInsecureRequests,
    trustedOrigins,
    expiresAt: performance.now() + timeout,
    warn: (code, message, member) => {
      try {
        onWarning?.(member === undefined ? { code, message } : { code, member, message })
      } catch {
        // A listener cannot change what became of a request.
      }
    },
  }
}

/** Own members only, so that a polluted `Object.prototype` cannot loosen the rules. */
function merge(layers: readonly (RequestOptions | undefined)[]): RequestOptions {
  const merged = Object.create(null)
  for (const layer of layers) {
    for (const [name, value] of Object.entries(Object(layer))) if (value !== undefined) merged[name] = value
  }
  return merged
}

export const NOTHING_SENT: ErrorDetails = { outcome: 'not_sent' }

/**
 * Runs a task until it settles, the call's deadline passes or its signal aborts, whichever is first. What the
 * task still does after its own signal has fired is ignored. `during` and `before` are what to tell of an
 * interruption of the task, and of one that came before it could start.
 */
export function within<T>(
  call: Call,
  task: (signal: AbortSignal) => Promise<T> | T,
  during = NOTHING_SENT,
  before = during,
): Promise<T> {
  const { signal, expiresAt } = call
  return new Promise((resolve, reject) => {
    const remaining = expiresAt - performance.now()
    const controller = new AbortController()
    const finish = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
    }
    const interrupt = (details: unknown) => {
      finish()
      const told = details === before ? before : during
      reject(
        signal?.aborted
          ? failure(call, 'aborted', 'was aborted', { ...told, cause: signal.reason })
          : failure(call, 'timeout', `had not ended after ${call.timeout} ms`, told),
      )
      controller.abort()
    }
    const timer = setTimeout(interrupt, remaining)
    if (signal?.aborted || remaining <= 0) return interrupt(before)
    signal?.addEventListener('abort', interrupt)
    Promise.resolve(controller.signal).then(task).then(resolve, reject).finally(finish)
  })
}

/** A wait in milliseconds that leaves no timer behind. */
export function pause(wait: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, wait)
    signal.addEventListener('abort', () => clearTimeout(timer))
  })
}
