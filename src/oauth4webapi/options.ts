import type { ClientAuthentication } from '../authentication/client-authentication.js'
import type { RequestOptions } from '../http/options.js'

/** What a registered client is handed over with. */
export interface HandOverOptions {
  /**
   * How the client proves who it is. Default: as it is registered, which takes no more than what the server gave, but
   * for `private_key_jwt`: then pass `privateKeyJwt(client, key)`.
   */
  authentication?: ClientAuthentication | undefined
  /** Makes the requests of the library, called as `fetch(request)`: `guardedFetch()`, for instance. Default: the global one. */
  fetch?: RequestOptions['fetch']
  /** Lets `http:` through, for loopback addresses only. Default false. */
  allowInsecureRequests?: boolean | undefined
}
