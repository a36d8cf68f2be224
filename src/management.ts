import { basicCredentials } from './client-auth.js'
import type { Call } from './http/call.js'
import { failure } from './http/failure.js'
import { printable } from './http/printable.js'
import type { Exchange, TokenSource } from './http/request.js'
import { callableUrl } from './http/url.js'
import type { AuthorizationServerMetadata, ClientInformation } from './types.js'

/**
 * What proves that a client may be read, updated and deleted.
 *
 * - `registration_access_token`: the client's own token, as RFC 7592 §2 has it.
 * - `client_secret`: the client's own identifier and secret, in the `Authorization` header for a client
 *   registered with `client_secret_basic`, in the query of the URL for one with `client_secret_post`.
 * - `initial_access_token`: the token that registers, as administrators of Okta, WSO2 or Connect2id do.
 */
export type ManageWith = 'registration_access_token' | 'client_secret' | 'initial_access_token'

export interface ManagementOptions {
  /** The bearer token that a protected registration endpoint wants, or where to get it (RFC 7591 §3). */
  initialAccessToken?: string | TokenSource | undefined
  /** What `get`, `update` and `delete` prove themselves with. Default `registration_access_token`. */
  manageWith?: ManageWith | undefined
}

const WAYS: readonly string[] = [
  'registration_access_token',
  'client_secret',
  'initial_access_token',
] satisfies ManageWith[]

export function checkManageWith(
  { manageWith = 'registration_access_token' }: ManagementOptions,
  call: Call,
): void {
  if (!WAYS.includes(manageWith))
    throw failure(call, 'invalid_argument', `options.manageWith must be one of ${WAYS}`)
}

/** The request to a client configuration endpoint; refused here, before anything is sent, if it cannot be made. */
export function managementExchange(
  method: 'GET' | 'PUT' | 'DELETE',
  client: ClientInformation,
  server: AuthorizationServerMetadata,
  { manageWith = 'registration_access_token', initialAccessToken }: ManagementOptions,
  call: Call,
): Exchange {
  const url = configurationUrl(client, server, manageWith, call)
  const { client_id, client_secret, token_endpoint_auth_method: proof = 'client_secret_basic' } = client
  const missing = (what: string) =>
    failure(call, 'missing_credential', `to be managed, the client needs ${what}`)

  if (manageWith !== 'client_secret') {
    const token =
      manageWith === 'initial_access_token' ? initialAccessToken : client.registration_access_token
    if (!token)
      throw missing(
        manageWith === 'initial_access_token' ? 'the option initialAccessToken' : `a ${manageWith}`,
      )
    return { method, url, token }
  }
  if (!client_secret) throw missing('a client_secret')
  if (proof === 'client_secret_basic') {
    const authorization = basicCredentials({ client_id, client_secret })
    return { method, url, authorization, secrets: [client_secret] }
  }
  if (proof !== 'client_secret_post') throw missing(`another method than ${printable(proof, 64)}`)
  url.searchParams.set('client_id', client_id)
  url.searchParams.set('client_secret', client_secret)
  return { method, url, secrets: [client_secret] }
}

/**
 * `registration_client_uri` exactly as it was given: RFC 7592 Appendix B forbids to build it. Where a server has
 * another way of managing and so gives none, it is the path below the registration endpoint.
 */
function configurationUrl(
  { registration_client_uri, client_id }: ClientInformation,
  { registration_endpoint, issuer }: AuthorizationServerMetadata,
  manageWith: ManageWith,
  call: Call,
): URL {
  const home = callableUrl(registration_endpoint ?? issuer, 'registration_endpoint', call)
  if (registration_client_uri) {
    const url = callableUrl(registration_client_uri, 'registration_client_uri', call)
    if (url.origin === home.origin || call.trustedOrigins?.includes(url.origin)) return url
    const where = `at ${url.origin}, and the client was registered at ${home.origin}`
    throw failure(
      call,
      'untrusted_origin',
      `registration_client_uri is ${where}; trust it by the option trustedOrigins`,
    )
  }
  if (manageWith === 'registration_access_token' || !registration_endpoint) {
    throw failure(
      call,
      'management_not_supported',
      'the client has no registration_client_uri to be managed at',
    )
  }
  const below = `${home.pathname.replace(/\/$/, '')}/${encodeURIComponent(client_id)}`
  home.pathname = below
  // A client_id of dots would climb out of it.
  if (home.pathname === below) return home
  throw failure(
    call,
    'management_not_supported',
    'the client_id cannot stand in a path, and there is no registration_client_uri',
  )
}
