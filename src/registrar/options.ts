import type { ManagementOptions } from '../client/management.js'
import { checkStore } from '../custody/custody.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { RequestOptions } from '../http/options.js'
import type { Provider } from '../providers/provider.js'
import type { CredentialStore } from '../stores/store.js'
import type { AuthorizationServerMetadata } from '../types.js'
import type { Issuer } from './entry.js'

/** Options of a `Registrar`; the request options among them hold for all its calls. */
export interface RegistrarOptions extends RequestOptions {
  /** Where clients are kept: one store for all processes that are the same application. */
  store: CredentialStore
  /** Seconds before its end from which a secret counts as about to expire; at most half its lifetime. Default 60. */
  expirySkew?: number | undefined
  /**
   * What to do where a registration was sent and no usable answer kept, so that a client may exist: `register`
   * another, at once and then once in ten minutes, or `hold` and throw. Default `register`.
   */
  whenInDoubt?: 'register' | 'hold' | undefined
}

/** Options of a call about one client. Its credentials are for this issuer, so a `Registrar` has none of its own. */
export interface EntryOptions extends RequestOptions, ManagementOptions {
  /** The application's own name for this client, for more than one at the same issuer. Default `default`. */
  name?: string | undefined
  /** Where the server contradicts the specifications: one of `dcr-client/providers`, or your own. */
  provider?: Provider | undefined
}

/** Options of `Registrar.ensure` and `Registrar.update`. */
export interface EnsureOptions extends EntryOptions {
  /**
   * Whether another client may be registered in the place of the one there is, where that cannot be changed: users have
   * consented to the old one, and it may stay behind as an orphan. Default: yes for `ensure`, no for `update`.
   */
  mayReplace?: boolean | undefined
  /**
   * Whether a client that was registered with other metadata may be changed to these. Without it, `ensure` throws
   * `invalid_argument` and sends nothing, also where another process has registered it at the same time; one that was
   * registered in spite of that, as the store gave the turn to both, is deleted or listed as an orphan. Default: yes;
   * `update` always may.
   */
  mayChange?: boolean | undefined
  /**
   * Gives the metadata of the issuer, and is called only if the client in the store will not do, or is to be updated: for
   * many clients of one server, which is then asked once. Not called where metadata were passed as the issuer. Its time is
   * its own, and not that of `timeout`; `signal` ends the wait. Default: `discover()`, for each client.
   */
  discover?: ((issuer: string) => Promise<AuthorizationServerMetadata>) | undefined
}

/** Options of `Registrar.collect`. */
export interface CollectOptions extends RequestOptions, ManagementOptions {
  /** Only the orphans at this issuer. Without it, credentials and a provider cannot be given. */
  issuer?: Issuer | undefined
  /** The profile of the server at `issuer`, where it deviates from the specifications. */
  provider?: Provider | undefined
}

/** Options of the calls about one client, which one `Registrar` may have many of. */
const OF_ONE_CLIENT = ['initialAccessToken', 'manageWith', 'name', 'provider']

/** Seconds: longer than a token request takes, and than most clocks are apart. */
const DEFAULT_SKEW = 60

/** The options of a `Registrar`, with their defaults. */
export function checkedRegistrarOptions(
  options: RegistrarOptions,
  call: Call,
): { expirySkew: number; whenInDoubt: 'register' | 'hold' } {
  const { store, expirySkew = DEFAULT_SKEW, whenInDoubt = 'register' } = options
  checkStore(store, call)
  if (typeof expirySkew !== 'number' || !(expirySkew >= 0)) {
    throw failure(call, 'invalid_argument', 'options.expirySkew must be seconds, 0 or more')
  }
  if (whenInDoubt !== 'register' && whenInDoubt !== 'hold') {
    throw failure(call, 'invalid_argument', 'options.whenInDoubt must be "register" or "hold"')
  }
  const misplaced = OF_ONE_CLIENT.find((option) => option in options)
  if (misplaced) {
    const what = `options.${misplaced} is for one client: pass it to ensure() and the other calls about that`
    throw failure(call, 'invalid_argument', what)
  }
  return { expirySkew, whenInDoubt }
}
