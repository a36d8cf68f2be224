import { type ClientAuthentication, none } from '../authentication/client-authentication.js'
import { bySecret, isSecretMethod, PROOFS, type RegisteredMethod } from '../authentication/methods.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { printable } from '../printable.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'

/** Characters; the registered names have a third of it. */
const LONGEST_METHOD = 64

/** How a client proves who it is, from what the server registered. */
export function registeredAuthentication(
  server: AuthorizationServerMetadata,
  client: ClientInformation,
  call: Call,
): ClientAuthentication {
  const method = client.token_endpoint_auth_method ?? methodUntold(server, client)
  if (isSecretMethod(method)) return bySecret(method, client)
  const proof = Object.hasOwn(PROOFS, method) ? PROOFS[method as RegisteredMethod] : undefined
  // With a certificate, the connection is the proof.
  if (proof === 'nothing' || proof === 'certificate') return none(client)
  const shown = printable(`${method}`, LONGEST_METHOD)
  const way = proof === 'key' ? 'privateKeyJwt(client, key)' : 'a ClientAuthentication of your own'
  const what = `the client is registered for ${shown}: pass options.authentication, ${way}`
  throw failure(call, 'missing_credential', what)
}

/** A server that does not say what it registered means the default (RFC 7591 §2), if that is anything it takes. */
function methodUntold(
  { token_endpoint_auth_methods_supported: supported = ['client_secret_basic'] }: AuthorizationServerMetadata,
  { client_secret }: ClientInformation,
): string {
  if (client_secret === undefined) return 'none'
  const usual = ['client_secret_basic', 'client_secret_post']
  return usual.find((method) => supported?.includes(method)) ?? 'client_secret_basic'
}
