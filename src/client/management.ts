import { basicCredentials } from '../authentication/client-authentication.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { Exchange, TokenSource } from '../http/request.js'
import { printable } from '../printable.js'
import type { AuthorizationServerMetadata, ClientInformation, ManageWith } from '../types.js'
import { checkHome, configurationUrl, instead } from './configuration-url.js'

/** The credentials that open a server: what registers there, and what manages. Those of a client are in its information. */
export interface ManagementOptions {
  /**
   * The token that a protected registration endpoint wants, or where to get it (RFC 7591 §3). It is sent as a bearer
   * token, or in the scheme of the provider.
   */
  initialAccessToken?: string | TokenSource | undefined
  /** What `get`, `update` and `delete` prove themselves with. Default `registration_access_token`, or the provider's. */
  manageWith?: ManageWith | undefined
}

/** The server that clients are registered at, with what opens it. */
export interface Site {
  readonly server: AuthorizationServerMetadata
  readonly credentials: ManagementOptions
}

/** All there is of {@link ManageWith}. */
export const WAYS: readonly string[] = [
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

const OPERATIONS = { GET: 'get', PUT: 'update', DELETE: 'delete' } as const

const VERBS = { get: 'read', update: 'update', delete: 'delete' } as const

/** Refuses what the server is known not to have. */
function checkOffered(operation: 'get' | 'update' | 'delete', call: Call): void {
  const { name, management } = call.provider ?? {}
  if (!management || management.includes(operation)) return
  throw failure(
    call,
    'management_not_supported',
    `${name} does not offer to ${VERBS[operation]} a client${instead(call)}`,
  )
}

/** Whether the client can be managed so, as far as can be told without asking the server. */
export function isOffered(
  method: 'GET' | 'PUT' | 'DELETE',
  client: ClientInformation,
  site: Site,
  call: Call,
): boolean {
  try {
    managementExchange(method, client, site, call)
    return true
  } catch {
    return false
  }
}

/** The request to a client configuration endpoint; refused here, before anything is sent, if it cannot be made. */
export function managementExchange(
  method: 'GET' | 'PUT' | 'DELETE',
  client: ClientInformation,
  { server, credentials }: Site,
  call: Call,
): Exchange {
  checkOffered(OPERATIONS[method], call)
  const { scheme, manageWith: usual = 'registration_access_token' } = call.provider ?? {}
  const { manageWith = usual, initialAccessToken } = credentials
  const url = configurationUrl(client, server, manageWith, call)
  if (manageWith === 'initial_access_token') checkHome(url, server, call)
  const { client_id, client_secret, registration_access_token } = client
  const { token_endpoint_auth_method: proof = 'client_secret_basic' } = client
  // The server knows them and may repeat them, whichever of them is sent.
  const secrets = [client_secret ?? '', registration_access_token ?? '']
  const missing = (what: string) =>
    failure(call, 'missing_credential', `to be managed, the client needs ${what}`)

  if (manageWith === 'initial_access_token') {
    if (!initialAccessToken) throw missing('the option initialAccessToken')
    return { method, url, token: initialAccessToken, scheme, secrets }
  }
  if (manageWith === 'registration_access_token') {
    if (!registration_access_token) throw missing('a registration_access_token')
    return { method, url, token: registration_access_token, secrets }
  }
  if (!client_secret) throw missing('a client_secret')
  if (proof === 'client_secret_basic') {
    const authorization = basicCredentials({ client_id, client_secret })
    return { method, url, authorization, secrets }
  }
  if (proof !== 'client_secret_post') throw missing(`another method than ${printable(proof, 64)}`)
  url.searchParams.set('client_id', client_id)
  url.searchParams.set('client_secret', client_secret)
  return { method, url, secrets }
}
