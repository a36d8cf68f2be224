import type { ClientAuthentication } from './client-auth.js'
import { isToken } from './http/bearer.js'
import { type Call, openCall, type RequestOptions, within } from './http/call.js'
import { failure } from './http/failure.js'
import { printable } from './http/printable.js'
import { isRecord, refusal } from './http/refusal.js'
import { type Answer, request, type TokenSource } from './http/request.js'
import { callableUrl } from './http/url.js'
import { readMembers } from './reading.js'
import { tokenResponseGuards } from './schemas.js'
import type { AuthorizationServerMetadata, TokenResponse } from './types.js'

/** What {@link requestToken} asks for. */
export interface TokenRequestOptions extends RequestOptions {
  /** Scopes, separated by single spaces. Without it the server decides. */
  scope?: string | undefined
  /** The resource the token is for, an absolute URI (RFC 8707 §2). */
  resource?: string | undefined
}

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
  { scope, resource, ...options }: TokenRequestOptions = {},
): Promise<TokenResponse> {
  const call = openCall('requestToken', options)
  const url = callableUrl(server?.token_endpoint, 'token_endpoint', call)
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) form.set('scope', checkedScope(scope, call))
  if (resource !== undefined) form.set('resource', resource)
  const authorization = await within(call, () => authentication(server, form))

  const secrets = [
    authorization?.slice('Basic '.length),
    form.get('client_secret'),
    form.get('client_assertion'),
  ]
  const answer = await request(
    {
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(authorization !== undefined && { authorization }),
      },
      body: form.toString(),
      secrets: secrets.filter((secret) => typeof secret === 'string'),
    },
    call,
  )
  return readTokenResponse(answer, call)
}

function readTokenResponse({ json, status, details }: Answer, call: Call): TokenResponse {
  const unusable = (what: string) => failure(call, 'invalid_response', `answered ${status} ${what}`, details)
  if (!isRecord(json)) throw unusable('with something that is not a JSON object')
  if (json.access_token === undefined && json.error !== undefined) {
    throw refusal(call, { status, headers: new Headers(), json }, { ...details, secrets: [] })
  }
  if (!isToken(json.access_token)) throw unusable('without a usable access_token')
  const token = readMembers(tokenResponseGuards, json, call) as TokenResponse
  if (token.token_type === undefined)
    call.warn('missing_member', 'It is taken for a bearer token.', 'token_type')
  else if (!/^bearer$/i.test(token.token_type))
    throw unusable(
      `with a token of the type "${printable(token.token_type, 64)}" where a bearer token is needed`,
    )
  return token
}

/** A scope with an unseen tab or line break in it would be another scope (RFC 6749 §3.3). */
function checkedScope(scope: unknown, call: Call): string {
  if (typeof scope === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope))
    return scope
  throw failure(
    call,
    'invalid_argument',
    'options.scope must be scopes of visible ASCII, separated by single spaces',
  )
}

/** The most seconds a cached token is dropped before its expiry: it must survive the request it is used for. */
const LARGEST_MARGIN = 30

/**
 * A source of access tokens for a protected registration endpoint, for the option `initialAccessToken`. It asks
 * by client credentials when first needed, keeps the token until shortly before it expires, asks once however
 * many callers wait, and anew when the server refused the token it gave.
 *
 * @param options - As for {@link requestToken}; `scope` is `register` unless given. `signal` ends the source.
 * @see RFC 7591 §3 (initial access token)
 */
export function registrationToken(
  server: AuthorizationServerMetadata,
  authentication: ClientAuthentication,
  options: TokenRequestOptions = {},
): TokenSource {
  let held: { token: string; goodUntil: number } | undefined
  let flight: Promise<string> | undefined

  const ask = async () => {
    const { access_token, expires_in = Number.POSITIVE_INFINITY } = await requestToken(
      server,
      authentication,
      { scope: 'register', ...options },
    )
    const margin = Math.min(LARGEST_MARGIN, expires_in / 10)
    held = { token: access_token, goodUntil: Date.now() + (expires_in - margin) * 1000 }
    return access_token
  }

  return ({ refused } = {}) => {
    if (held && held.token !== refused && Date.now() < held.goodUntil) return held.token
    flight ??= ask().finally(() => {
      flight = undefined
    })
    return flight
  }
}
