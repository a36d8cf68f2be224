import type { RegisteredMethod } from '../authentication/methods.js'
import type { AuthorizationServerMetadata, ClientMetadata } from '../types.js'

/** No one is there, and no one will be (RFC 2606 §3). */
const REDIRECT_URI = 'https://dcr-doctor.example.com/callback'

/** What servers grant most readily first, of those that need no key of the client's: an order, and not what there is. */
const METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'none',
] as const satisfies readonly RegisteredMethod[]

/**
 * What a throw-away client is registered with: as little as servers take, by a name that tells an operator what it was, and
 * by which it can be found.
 */
export function probeMetadata(
  { token_endpoint_auth_methods_supported: offered }: AuthorizationServerMetadata,
  given: ClientMetadata = {},
): ClientMetadata {
  const known: unknown = offered
  const method = METHODS.find((each) => !Array.isArray(known) || known.includes(each))
  return {
    client_name: `dcr doctor ${crypto.randomUUID()}`,
    redirect_uris: [REDIRECT_URI],
    ...(method && { token_endpoint_auth_method: method }),
    ...given,
  }
}
