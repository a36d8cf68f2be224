import { allowInsecureRequests, Configuration, customFetch, type ServerMetadata } from 'openid-client'
import { handedOver, type Registered } from '../oauth4webapi/handing-over.js'
import type { HandOverOptions } from '../oauth4webapi/options.js'

export type { Registered } from '../oauth4webapi/handing-over.js'
export type { HandOverOptions } from '../oauth4webapi/options.js'

/**
 * Hands a registered client over to openid-client (version 6): a `Configuration` that is ready for `buildAuthorizationUrl`,
 * `authorizationCodeGrant`, `clientCredentialsGrant` and the others. It authenticates as it is registered. Nothing is sent;
 * of a client that is changed or renewed later, make another.
 *
 * @param registered - What `ensure` returned, or the metadata of a server and a client that is registered there.
 * @throws {DcrError} `missing_credential` if the client is registered for `private_key_jwt`, or for a method that is not
 *   known here, and `options.authentication` is missing; `invalid_argument` if it lacks the secret that it needs.
 * @see RFC 7591 §3.2.1
 * @example
 * const configuration = configurationOf(await registrar.ensure(issuer, metadata))
 * const tokens = await clientCredentialsGrant(configuration, { scope: 'api' })
 */
export function configurationOf(registered: Registered, options: HandOverOptions = {}): Configuration {
  const handed = handedOver('configurationOf', registered, options)
  const { server, client, authenticate, send, isInsecureAllowed } = handed
  // Their types have JSON for the members that they do not know, and ours `unknown`: it is the same.
  const made = new Configuration(server as ServerMetadata, client.client_id, client as object, authenticate)
  made[customFetch] = send
  if (isInsecureAllowed) allowInsecureRequests(made)
  return made
}
