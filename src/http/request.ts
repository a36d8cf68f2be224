import { DcrError, type ErrorDetails, type OAuthError, type Outcome } from '../errors.js'
import { isUnset, without } from '../json.js'
import type { Answer } from './answer.js'
import { isToken } from './authorization.js'
import { type Call, pause, within } from './call.js'
import { failure } from './failure.js'
import { mayConnectLater, type NetworkCause } from './network-fault.js'
import { type Attempt, send } from './send.js'

/** One HTTP exchange, as the operations ask for it. */
export interface Exchange extends Attempt {
  /** Sent as a bearer token (RFC 6750 §2.1), in place of `authorization`. */
  readonly token?: string | TokenSource | undefined
  /** Another scheme for the token than `Bearer`. */
  readonly scheme?: string | undefined
  /** What came of the operation before this request. */
  readonly earlier?: Outcome
}

/**
 * Gives the current token. `refused` is the token that a server has just said no to: if it is the current one,
 * the source should come up with another, or give the same if it has none.
 */
export type TokenSource = (request: { readonly refused?: string }) => string | Promise<string>

/** How often a request is sent that certainly did nothing the last time. */
const MOST_ATTEMPTS = 3
/** How often a request is sent that is harmless twice, when nothing certain came back. */
const MOST_AFTER_SILENCE = 2
/** Milliseconds before the second attempt where the server names no time; doubled after, with full jitter. */
const FIRST_WAIT = 300

/**
 * Sends one request, again where that is safe: when no connection came to be, when the server refused it and
 * said when to come back (429, 503) or refused the token and there is another, and, for GET and DELETE alone,
 * once more after silence or a failing server. The lost answer to a POST may be a client, that to a PUT a new
 * token: neither is sent twice here.
 */
export async function request(exchange: Exchange, call: Call): Promise<Answer> {
  const { token: source, scheme = 'Bearer', earlier = 'not_sent' } = exchange
  let before: ErrorDetails = { outcome: earlier, attempts: 0 }
  const take = (refused?: string) => currentToken(source, scheme, call, before, refused)
  let token = await take()
  let renewed = false
  for (let count = 1; ; count++) {
    try {
      return await send(token ? { ...exchange, authorization: `${scheme} ${token}` } : exchange, call, before)
    } catch (thrown) {
      const error = thrown as DcrError
      before = {
        outcome: error.outcome,
        attempts: count,
        ...(error.endpoint && { endpoint: error.endpoint }),
      }
      let wait = waitBeforeSendingAgain(error, exchange, count, call)
      if (refusesToken(error) && !renewed) {
        renewed = true
        const another = await take(token)
        if (another !== token) wait = 0
        token = another
      }
      if (wait === undefined || performance.now() + wait >= call.expiresAt) throw error
      await within(call, (whenInterrupted) => pause(wait, whenInterrupted), before)
    }
  }
}

async function currentToken(
  source: Exchange['token'],
  scheme: string,
  call: Call,
  before: ErrorDetails,
  refused?: string,
): Promise<string | undefined> {
  if (source === undefined) return undefined
  const given: unknown =
    typeof source === 'function'
      ? await within(call, () => ask(source, call, before, refused), before)
      : source
  // The line break is what reading a token from a file leaves at its end.
  const text = `${given}`.replace(/\r?\n$/, '')
  const isBasic = scheme.toLowerCase() === 'basic'
  if (typeof given === 'string' && isToken(text) && !(isBasic && text.includes(':'))) return text
  const what = isBasic
    ? 'its token must be the base64 of user and password with a colon between them'
    : `its token must be text of visible ASCII characters, without "${scheme}", spaces or line breaks`
  throw failure(call, 'invalid_argument', what, before)
}

/** A source that fails has not sent what the token was for, whatever became of its own request. */
async function ask(
  source: TokenSource,
  call: Call,
  before: ErrorDetails,
  refused?: string,
): Promise<unknown> {
  try {
    return await source(refused ? { refused } : {})
  } catch (error) {
    // What a source throws of its own may hold anything.
    if (!(error instanceof DcrError))
      throw failure(call, 'missing_credential', 'the source of the token failed', before)
    const { code, endpoint = 'the token endpoint', cause } = error
    const { status, error: word, error_description, retryAfter } = error as OAuthError
    const what = `got no token: ${endpoint} ${status ? `answered ${status} ${word ?? ''}` : `failed with ${code}`}`
    const told = without({ status, error: word, error_description, retryAfter, cause }, isUnset)
    // What the provider advises is about the registration endpoint.
    const { operation } = call
    throw failure({ operation }, code, what.trimEnd(), { ...before, ...told })
  }
}

/** 401, or what servers that know no 401 say instead. A failing server may have done the work whatever it says. */
function refusesToken(error: DcrError): boolean {
  const { code, status, error: word } = error as OAuthError
  return status < 500 && (code === 'unauthorized' || word === 'invalid_token')
}

function waitBeforeSendingAgain(
  error: DcrError,
  { method }: Attempt,
  count: number,
  { provider }: Call,
): number | undefined {
  const { code, outcome, cause } = error
  const { status, retryAfter } = error as OAuthError
  const backoff = Math.random() * FIRST_WAIT * 2 ** (count - 1)
  if (retryAfter !== undefined && (status === 429 || status === 503)) {
    return count < MOST_ATTEMPTS ? retryAfter * 1000 : undefined
  }
  if (code !== 'network_error' && code !== 'server_error') return undefined
  if (outcome === 'not_sent') {
    return mayConnectLater(cause as NetworkCause) && count < MOST_ATTEMPTS ? backoff : undefined
  }
  const harmless = method === 'DELETE' || (method === 'GET' && !provider?.rotatesOnRead)
  return harmless && count < MOST_AFTER_SILENCE ? backoff : undefined
}
