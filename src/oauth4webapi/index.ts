import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  customFetch,
} from 'oauth4webapi'
import { handedOver, type Registered } from './handing-over.js'
import type { HandOverOptions } from './options.js'
import type { RequestFunction } from './requests.js'

export type { Registered } from './handing-over.js'
export type { HandOverOptions } from './options.js'
export type { RequestFunction } from './requests.js'

/** What the functions of oauth4webapi take, in the order in which they take it. */
export interface Arguments {
  /** The metadata of the server, as it was discovered. */
  readonly as: AuthorizationServer
  /** Without its credentials: `clientAuth` has what is needed of them. */
  readonly client: Client
  /** Proves who the client is, as it was registered, or as `options.authentication` says. */
  readonly clientAuth: ClientAuth
  /** For the last argument: `{ ...options, signal }`. */
  readonly options: {
    [customFetch]: RequestFunction
    [allowInsecureRequests]: boolean
  }
}

/**
 * Hands a registered client over to oauth4webapi (version 3). Nothing is sent; a client that is changed or renewed later
 * has to be handed over again.
 *
 * @param registered - What `ensure` returned, or the metadata of a server and a client that is registered there.
 * @throws {DcrError} `missing_credential` if the client is registered for `private_key_jwt`, or for a method that is not
 *   known here, and `options.authentication` is missing; `invalid_argument` if it lacks the secret that it needs.
 * @see RFC 7591 §3.2.1
 * @example
 * const { as, client, clientAuth, options } = argumentsOf(await registrar.ensure(issuer, metadata))
 * const response = await clientCredentialsGrantRequest(as, client, clientAuth, { scope: 'api' }, options)
 */
export function argumentsOf(registered: Registered, options: HandOverOptions = {}): Arguments {
  const handed = handedOver('argumentsOf', registered, options)
  const { server, client, authenticate, send, isInsecureAllowed } = handed
  return {
    // Their types have JSON for the members that they do not know, and ours `unknown`: it is the same.
    as: server as AuthorizationServer,
    client: client as Client,
    clientAuth: authenticate,
    options: { [customFetch]: send, [allowInsecureRequests]: isInsecureAllowed },
  }
}
