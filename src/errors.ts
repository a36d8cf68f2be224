/**
 * What became of the request that failed.
 *
 * - `not_sent`: nothing reached the server.
 * - `rejected`: the server said no; nothing was changed there.
 * - `applied`: the server did what was asked, but its answer cannot be used; see {@link DcrError.client}.
 * - `unknown`: the request was sent and no trustworthy answer came back; it may have been done.
 */
export type Outcome = 'not_sent' | 'rejected' | 'applied' | 'unknown'

/** The stable, closed set of {@link DcrError.code} values: decide by these, never by the message. */
export type ErrorCode =
  /** What the caller passed cannot be sent; the message names the member or option. */
  | 'invalid_argument'
  /** The provider is made for another kind of server. */
  | 'provider_mismatch'
  /** A URL is not `https:` (nor loopback `http:` where `allowInsecureRequests` allows it). */
  | 'insecure_url'
  /** A URL from the caller, the metadata or an answer is not one that may be called. */
  | 'invalid_url'
  /** The guard of `dcr-client/node` connects to no such name, address or port. */
  | 'blocked_address'
  /** A credential would have left the origin it belongs to. */
  | 'untrusted_origin'
  /** There is nothing to authenticate the request with. */
  | 'missing_credential'
  /** The server offers no registration endpoint. */
  | 'registration_not_supported'
  /** The server gave this client no way to be read, updated or deleted. */
  | 'management_not_supported'
  /** No usable metadata document was found for the issuer. */
  | 'discovery_failed'
  /** The metadata document names another issuer than the one asked for. */
  | 'issuer_mismatch'
  /** The metadata of a protected resource are about another resource than the one asked for. */
  | 'resource_mismatch'
  /** The connection failed or broke. */
  | 'network_error'
  /** The deadline of the whole call passed. */
  | 'timeout'
  /** The caller's signal aborted the call; its reason is the `cause`. */
  | 'aborted'
  /** The server answered with a redirect, which is never followed. */
  | 'redirect_refused'
  /** The answer is larger than an honest one could be. */
  | 'response_too_large'
  /** The server said yes, in a way that cannot be understood. */
  | 'invalid_response'
  /** An update was lost on its way back and the registration access token no longer works. */
  | 'management_locked'
  /** The credential store failed; the credential itself is in {@link DcrError.client}. */
  | 'store_failed'
  /** Another process has changed what is stored in the meantime; what this one got is in {@link DcrError.client}. */
  | 'store_conflict'
  /** What is stored is damaged, or of a later version. It is left as it is. */
  | 'store_unreadable'
  /** What is stored is encrypted with another key, or with none. */
  | 'store_sealed'
  /** Others on this machine could read or replace what is stored; the message says how to repair it. */
  | 'store_unsafe'
  /** An earlier registration may have made a client, and the Registrar is not to make another. */
  | 'registration_in_doubt'
  /** The Registrar has registered another client a short while ago, and that one does not do either. */
  | 'registered_recently'
  /** 401: the token or credential was refused. An {@link OAuthError}. */
  | 'unauthorized'
  /** 403: known, but not allowed. An {@link OAuthError}. */
  | 'forbidden'
  /** 404, 405 or 501: there is nothing there, or it is switched off. An {@link OAuthError}. */
  | 'not_found'
  /** 429: too many requests. An {@link OAuthError}. */
  | 'rate_limited'
  /** 5xx or 408: the server failed. An {@link OAuthError}. */
  | 'server_error'
  /** Any other refusal, most often 400 with one of the error codes of RFC 7591 §3.2.2. An {@link OAuthError}. */
  | 'rejected'

/** What a {@link DcrError} tells beside its code and message. @inline */
export interface ErrorDetails {
  readonly outcome: Outcome
  readonly endpoint?: string
  readonly attempts?: number
  /** What earlier attempts of the same request came to. */
  readonly earlier?: Outcome
  readonly client?: object
  readonly cause?: unknown
}

/** Gives an error the credentials that would be lost with it. */
export let keepClient: (error: DcrError, client: object) => DcrError

/**
 * Everything this library throws is a `DcrError`.
 *
 * `message`, `JSON.stringify` and `util.inspect` of it never show a token or a secret; `client` is reached by
 * name only. An error of the transport is never kept as `cause`, as it would hold the request with its headers: its
 * code is, as `cause.code`. Where one of the `limits` ended the wait and not the deadline, `cause.limit` names it.
 */
export class DcrError extends Error {
  override readonly name: string = 'DcrError'
  /** What went wrong, for a `switch`. */
  declare readonly code: ErrorCode
  /** What became of the request. */
  declare readonly outcome: Outcome
  /** Method and URL of the request, without its query: `POST https://as.example.com/register`. */
  declare readonly endpoint?: string
  /** How many times the request was sent. */
  declare readonly attempts: number
  #client: object | undefined

  constructor(code: ErrorCode, message: string, { cause, client, ...told }: ErrorDetails) {
    super(message, cause === undefined ? {} : { cause })
    this.#client = client
    Object.assign(this, { code, attempts: 0, ...told })
  }

  static {
    keepClient = (error, client) => {
      error.#client ??= client
      return error
    }
  }

  /**
   * What the server answered about a client although the call failed: with outcome `applied`, keep it. It holds
   * credentials in clear, as the server sent them, and may lack any member.
   */
  get client(): Record<string, unknown> | undefined {
    return this.#client as Record<string, unknown> | undefined
  }
}

/**
 * The server answered, and the answer is no.
 *
 * `error` is whatever word or sentence the server used (RFC 7591 §3.2.2, RFC 6749 §5.2, RFC 6750 §3.1, or its
 * own): an open set. It is absent where the server gave none.
 */
export class OAuthError extends DcrError {
  override readonly name: string = 'OAuthError'
  /** HTTP status. */
  declare readonly status: number
  /** The server's error code, control characters escaped, cut after 256 characters. */
  declare readonly error?: string
  /** The server's explanation, control characters escaped, cut after 1,024 characters. */
  declare readonly error_description?: string
  /** A page about the error, if the server names one. */
  declare readonly error_uri?: string
  /** Seconds to wait before asking again, from `Retry-After` or, with 429 and without it, `X-Retry-After` or `ratelimit-reset`. */
  declare readonly retryAfter?: number
  /**
   * The number under which the operator of the server finds the request in its logs, from `X-Request-Id` or the like;
   * control characters escaped, cut after 256 characters.
   */
  declare readonly requestId?: string
}

/** What an {@link OAuthError} tells beside that. */
export interface Refusal extends ErrorDetails {
  readonly status: number
  readonly error?: string | undefined
  readonly error_description?: string | undefined
  readonly error_uri?: string | undefined
  readonly retryAfter?: number | undefined
  readonly requestId?: string | undefined
}
