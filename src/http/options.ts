import { isRecord } from '../json.js'
import { printable } from '../printable.js'
import type { Warning } from '../warnings.js'
import { type Ending, heard } from './ending.js'
import { failure } from './failure.js'
import { checkedLimits, type EveryLimit, type Limits, LONGEST_TIMER } from './limits.js'
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
  /** How much of an answer is taken, and how long is waited for its parts. Each call may change some of them. */
  limits?: Limits | undefined
  /** Allows `http:`, for loopback addresses only. Default false. */
  allowInsecureRequests?: boolean | undefined
  /**
   * Origins, such as `https://manage.example.com`, which may be sent the credentials that manage a client
   * although they are not the origin of the registration endpoint, and the initial access token although they
   * are not that of the issuer. Default none.
   */
  trustedOrigins?: readonly string[] | undefined
  /** Told of each tolerated deviation while the call runs. Default: nobody is told. */
  onWarning?: ((warning: Warning) => void) | undefined
}

/** What this library's own parts do around each request of a call, which `send` sends; its credentials are not told. */
export type Around = (
  request: { readonly method: string; readonly isAuthorized: boolean },
  send: () => Promise<Response>,
) => Promise<Response>

/** The option for it, which none but they can name: around the option `fetch`, each request would have to be made twice. */
export const AROUND = Symbol('around')

/** The option for what ends a call in place of `signal`. */
export const ENDING = Symbol('ending')

/** The options of a call, with those of this library's own parts. */
export interface InnerOptions extends RequestOptions {
  readonly [AROUND]?: Around | undefined
  readonly [ENDING]?: Ending | undefined
}

/** Long enough for a slow server and one more try, short enough that a person is still waiting. */
const DEFAULT_TIMEOUT = 30_000

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** Headers that are ours to set, or the connection's. */
const OWN_HEADER =
  /^(authorization|content-(type|length)|host|connection|keep-alive|upgrade|expect|te|trailer|transfer-encoding)$/i
/** What `Headers` takes: it would put a refused value into its own error. */
const HEADER_VALUE = /^[\t\x20-\x7e\xa0-\xff]*$/

/** Options that were checked, with what is not given filled in. */
export interface CheckedOptions extends Readonly<Omit<RequestOptions, 'signal'>> {
  readonly signal: Ending | undefined
  /** The outermost first. */
  readonly arounds: readonly Around[]
  readonly timeout: number
  readonly limits: EveryLimit
}

/** Merges and checks the options of a call; of two that are given, the later wins. */
export function checkedOptions(operation: string, layers: Layers): CheckedOptions {
  const timeout = last(layers, 'timeout', DEFAULT_TIMEOUT)
  const headers = last<'headers', Readonly<Record<string, string>>>(layers, 'headers', {})
  const fetch = last(layers, 'fetch')
  const signal = last(layers, 'signal')
  const trustedOrigins = last(layers, 'trustedOrigins', [])
  const allowInsecureRequests = last(layers, 'allowInsecureRequests')
  const onWarning = last(layers, 'onWarning')
  const refuse = (what: string) => failure({ operation }, 'invalid_argument', `options.${what}`)
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= LONGEST_TIMER)) {
    throw refuse(`timeout must be milliseconds, more than 0 and at most ${LONGEST_TIMER}`)
  }
  if (fetch !== undefined && typeof fetch !== 'function') throw refuse('fetch must be a function')
  if (onWarning !== undefined && typeof onWarning !== 'function') throw refuse('onWarning must be a function')
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
      throw refuse(`headers cannot set "${printable(name, 64)}", or not to that value`)
    }
  }
  const limits = checkedLimits(
    layers.map((layer) => last([layer], 'limits')),
    refuse,
  )
  return {
    fetch,
    headers,
    signal: last(layers, ENDING) ?? (signal && heard(signal)),
    timeout,
    limits,
    allowInsecureRequests,
    trustedOrigins,
    onWarning,
    arounds: layers.flatMap((layer) => last([layer], AROUND) ?? []),
  }
}

type Layers = readonly (InnerOptions | undefined)[]

/** The option as the last layer that has it gives it: own members only, or a polluted `Object.prototype` could loosen the rules. */
function last<Name extends keyof InnerOptions, Default = undefined>(
  layers: Layers,
  name: Name,
  ifNone?: Default,
): Exclude<InnerOptions[Name], undefined> | Default {
  let found = ifNone as Exclude<InnerOptions[Name], undefined> | Default
  for (const layer of layers) {
    const given = Object.hasOwn(Object(layer), name) ? layer?.[name] : undefined
    if (given !== undefined) found = given as Exclude<InnerOptions[Name], undefined>
  }
  return found
}
