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

interface Authority {
  readonly server: AuthorizationServerMetadata
  readonly manageWith: ManageWith
  readonly initialAccessToken?: string | TokenSource | undefined
}

/** The request to a client configuration endpoint; refused here, before anything is sent, if it cannot be made. */
export function managementExchange(
  method: 'GET' | 'PUT' | 'DELETE',
  client: ClientInformation,
  authority: Authority,
  call: Call,
): Exchange {
  const url = configurationUrl(client, authority, call)
  switch (authority.manageWith) {
    case 'registration_access_token': {
      const { registration_access_token: token } = client
      if (token === undefined)
        throw failure(call, 'missing_credential', 'the client has no registration_access_token')
      return { method, url, token }
    }
    case 'initial_access_token':
      if (authority.initialAccessToken === undefined)
        throw failure(call, 'missing_credential', 'there is no option initialAccessToken')
      return { method, url, token: authority.initialAccessToken }
    case 'client_secret':
      return withSecret({ method, url }, client, call)
  }
}

/**
 * `registration_client_uri` exactly as it was given: RFC 7592 Appendix B forbids to build it. Where a server has
 * another way of managing and so gives none, it is the path below the registration endpoint.
 */
function configurationUrl(client: ClientInformation, { server, manageWith }: Authority, call: Call): URL {
  const { registration_client_uri, client_id } = client
  const { registration_endpoint = '', issuer } = server
  const home = callableUrl(registration_endpoint || issuer, 'registration_endpoint', call)
  if (registration_client_uri === undefined) {
    if (manageWith === 'registration_access_token' || registration_endpoint === '') {
      throw failure(
        call,
        'management_not_supported',
        'the server gave this client no registration_client_uri, so it cannot be managed',
      )
    }
    const url = new URL(home)
    url.pathname = `${home.pathname.replace(/\/$/, '')}/${encodeURIComponent(client_id)}`
    return url
  }
  const url = callableUrl(registration_client_uri, 'registration_client_uri', call)
  if (url.origin !== home.origin && !call.trustedOrigins?.includes(url.origin)) {
    throw failure(
      call,
      'untrusted_origin',
      `registration_client_uri is at ${url.origin}, not at ${home.origin} where the client was registered; its credentials go there only if options.trustedOrigins names it`,
    )
  }
  return url
}

function withSecret({ method, url }: Exchange, client: ClientInformation, call: Call): Exchange {
  const { client_id, client_secret, token_endpoint_auth_method = 'client_secret_basic' } = client
  if (client_secret === undefined)
    throw failure(call, 'missing_credential', 'the client has no client_secret')
  if (token_endpoint_auth_method === 'client_secret_basic') {
    const authorization = basicCredentials({ client_id, client_secret })
    return {
      method,
      url,
      headers: { authorization },
      secrets: [client_secret, authorization.slice('Basic '.length)],
    }
  }
  if (token_endpoint_auth_method !== 'client_secret_post') {
    throw failure(
      call,
      'missing_credential',
      `a client with ${printable(token_endpoint_auth_method, 64)} has no secret to be managed with`,
    )
  }
  const target = new URL(url)
  target.searchParams.set('client_id', client_id)
  target.searchParams.set('client_secret', client_secret)
  return { method, url: target, secrets: [client_secret] }
}
