import { DcrError } from '../errors.js'
import type { Answer } from '../http/answer.js'
import { isToken } from '../http/authorization.js'
import { type Call, openCall, within } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { RequestOptions } from '../http/options.js'
import { refusal } from '../http/refusal.js'
import { request, type TokenSource } from '../http/request.js'
import { callableUrl } from '../http/url.js'
import { isRecord } from '../json.js'
import { readMembers } from '../metadata/reading.js'
import { tokenResponseGuards } from '../metadata/schemas.js'
import { printable } from '../printable.js'
import type { AuthorizationServerMetadata, TokenResponse } from '../types.js'
import { type ClientAuthentication, secretOf } from './client-authentication.js'

/** What {@link requestToken} asks for. */
export interface TokenRequestOptions extends RequestOptions {
  /** Scopes, separated by single spaces. Without it the server decides. */
  scope?: string | undefined
  /** The resource the token is for, an absolute URI (RFC 8707 §2). */
  resource?: string | undefined
}

/** What a {@link registrationToken} is for. */
export interface RegistrationTokenOptions extends TokenRequestOptions {
  /** Whether a token registers one client and is void then, as at Spring and Curity: each gets its own. Default false. */
  singleUse?: boolean | undefined
}

/** A scope with an unseen tab or line break in it would be another scope (RFC 6749 §3.3). */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/

/**
 * Asks the token endpoint for an access token by client credentials. It does not cache: see
 * {@link registrationToken}.
 *
 * @returns What the server answered; `expires_in` is in seconds.
 * @throws {DcrError} and {@link OAuthError}, for instance `unauthorized` with the error `invalid_client`.
 * @see RFC 6749 §4.4
 */
export async function requestToken(
  server: AuthorizationServerMetadata,
  authentication: ClientAuthentication,
  asked: TokenRequestOptions = {},
): Promise<TokenResponse> {
  const { scope, resource, ...options } = Object(asked) as TokenRequestOptions
  const call = openCall('requestToken', options)
  if (!server?.token_endpoint)
    throw failure(call, 'invalid_argument', 'the metadata of the server names no token_endpoint')
  const url = callableUrl(server.token_endpoint, 'token_endpoint', call)
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) {
    if (!SCOPE.test(scope))
      throw failure(call, 'invalid_argument', 'options.scope must be words with single spaces between')
    form.set('scope', scope)
  }
  if (resource !== undefined) form.set('resource', resource)
  if (typeof authentication !== 'function') {
    throw failure(
      call,
      'invalid_argument',
      'the authentication must be made by clientSecretBasic() or its like',
    )
  }
  const authorization = await within(call, async () => authentication(server, form)).catch(
    (error: unknown) => {
      throw error instanceof DcrError
        ? error
        : failure(call, 'invalid_argument', 'the client authentication failed')
    },
  )
  const secrets = [
    form.get('client_secret') ?? '',
    form.get('client_assertion') ?? '',
    secretOf(authentication),
  ]
  return readTokenResponse(await request({ method: 'POST', url, form, authorization, secrets }, call), call)
}

function readTokenResponse(answer: Answer, call: Call): TokenResponse {
  const { json, status, details } = answer
  const unusable = (what: string) =>
    failure(call, 'invalid_response', `answered ${status} without ${what}`, details)
  if (!isRecord(json)) throw unusable('a JSON object')
  if (json.access_token === undefined && json.error !== undefined) throw refusal(call, answer, details)
  if (!isToken(json.access_token)) throw unusable('a usable access_token')
  const token = readMembers(tokenResponseGuards, json, call) as TokenResponse
  const { token_type } = token
  if (token_type === undefined)
    call.warn('missing_member', 'The token is taken for a bearer token.', 'token_type')
  else if (!/^bearer$/i.test(token_type))
    throw unusable(`a bearer token: its type is "${printable(token_type, 64)}"`)
  return token
}

/** The most seconds a cached token is dropped before its expiry: it must survive the request it is used for. */
const LARGEST_MARGIN = 30

/**
 * A source of access tokens for a protected registration endpoint, for the option `initialAccessToken`. It asks
 * by client credentials when first needed, keeps the token until shortly before it expires, asks once however
 * many callers wait, and anew when the server refused the token it gave.
 *
 * @param given - As for {@link requestToken}; `scope` is `register` unless given. `signal` ends the source.
 * @see RFC 7591 §3 (initial access token)
 */
export function registrationToken(
  server: AuthorizationServerMetadata,
  authentication: ClientAuthentication,
  given: RegistrationTokenOptions = {},
): TokenSource {
  const { singleUse, ...options } = Object(given) as RegistrationTokenOptions
  let held: { token: string; goodUntil: number } | undefined
  let flight: Promise<string> | undefined

  const ask = () => requestToken(server, authentication, { ...options, scope: options.scope ?? 'register' })
  if (singleUse) return async () => (await ask()).access_token

  const renew = async () => {
    const { access_token, expires_in = Number.POSITIVE_INFINITY } = await ask()
    const margin = Math.min(LARGEST_MARGIN, expires_in / 10)
    held = { token: access_token, goodUntil: Date.now() + (expires_in - margin) * 1000 }
    return access_token
  }
  return ({ refused } = {}) => {
    if (held && held.token !== refused && Date.now() < held.goodUntil) return held.token
    flight ??= renew().finally(() => {
      flight = undefined
    })
    return flight
  }
}
