import { DcrError, type ErrorCode, type Outcome } from '../errors.js'

/** No connection came to be, for a reason that may pass. `ConnectionRefused` is Bun's word for it. */
const NOT_CONNECTED =
  /^(ECONNREFUSED|EAI_AGAIN|E(NET|HOST)UNREACH|E[MN]FILE|(UND_ERR_)?CONNECT_TIMEOUT|CONNECT_RESET|CONNECT_FAILED|ConnectionRefused)$/
/** The same of an attempt to connect alone: it may be said of a connection too. */
const BROKE_OFF = /^(ECONNRESET|ETIMEDOUT)$/
/** No connection came to be, for a reason that stays. */
const NOT_CONNECTABLE = /^(ENOTFOUND|BAD_PORT|ERR_SSL_WRONG_VERSION_NUMBER)$|CERT|UNABLE_TO_/
/** The bytes came, and are not what `Content-Encoding` calls them: what zlib and its brotli say. */
const NOT_DECODED = /^(Z_\w+_ERROR|ERR_BROTLI_\w+|ERR__ERROR_\w+)$/
/** More headers than the runtime takes, which has a limit of its own. */
const HEADERS_TOO_LARGE = /HEADERS?_OVERFLOW$/

interface SystemError {
  readonly code: unknown
  readonly syscall: unknown
}

/** Whether a connection that did not come to be may come to be a moment later. */
export function mayConnectLater({ code }: NetworkCause): boolean {
  return NOT_CONNECTED.test(code) || BROKE_OFF.test(code)
}

/** All that is kept of an error of the runtime. */
export interface NetworkCause {
  readonly code: string
}

/** What an error of the runtime means. */
export interface NetworkFault {
  readonly code: ErrorCode
  readonly what: string
  readonly outcome: Outcome
  readonly cause: NetworkCause
}

/**
 * The runtime's own error is dropped: it holds the request, and that the credentials. Its code is kept. A `fetch` of
 * this library tells more: an error about the same endpoint counts for what it says.
 */
export function networkFault(error: unknown, endpoint: string, isConnected = false): NetworkFault {
  let code = ''
  let connected = isConnected
  let unconnected = false
  for (let level = error, depth = 0; level instanceof Error && depth < 5; level = level.cause, depth++) {
    if (level instanceof DcrError && level.endpoint === endpoint) return toldBy(level, endpoint)
    const { code: found, syscall } = level as Partial<SystemError>
    // A route can vanish under a connection too, and then it is reading or writing that fails.
    if (syscall === 'read' || syscall === 'write') connected = true
    if (syscall === 'connect') unconnected = true
    if (typeof found === 'string' && /^\w{3,64}$/.test(found)) code = found
    // What undici and Deno say instead of a code, of ports such as 22 that no fetch connects to.
    else if (/^bad port$|^Fetch failed: Requests to port \d+ are blocked$/.test(level.message))
      code = 'BAD_PORT'
    // What Deno says where no connection came to be. No URL has such spaces in it.
    else if (/: client error \(Connect\): /.test(level.message)) code = 'CONNECT_FAILED'
  }
  const cause = { code }
  const known = code || 'no code'
  if (!connected && (unconnected || NOT_CONNECTED.test(code) || NOT_CONNECTABLE.test(code)))
    return { code: 'network_error', what: `could not be reached (${known})`, outcome: 'not_sent', cause }
  if (NOT_DECODED.test(code))
    return { code: 'invalid_response', what: `cannot be decompressed (${known})`, outcome: 'unknown', cause }
  if (HEADERS_TOO_LARGE.test(code)) {
    const what = `sends more headers than this runtime takes (${known})`
    return { code: 'response_too_large', what, outcome: 'unknown', cause }
  }
  return {
    code: 'network_error',
    what: `closed or lost the connection (${known})`,
    outcome: 'unknown',
    cause,
  }
}

/** A `fetch` of ours, such as `guardedFetch`, knows what the errors of a runtime do not tell: whether anything was sent. */
function toldBy({ code, message, outcome, cause }: DcrError, endpoint: string): NetworkFault {
  const [, what = ''] = message.split(`${endpoint} `)
  // Without the last sentence, which is said again.
  return {
    code,
    what: what.replace(/\.( [^.]+\.)?$/, ''),
    outcome,
    cause: (cause ?? { code: '' }) as NetworkCause,
  }
}
