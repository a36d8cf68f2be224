import type { ManagementOptions } from '../client/management.js'
import type { RequestOptions } from '../http/options.js'
import type { Provider } from '../providers/provider.js'
import type { CredentialStore } from '../stores/store.js'
import type { ClientMetadata } from '../types.js'

/**
 * Options of {@link diagnose}. Of the request options, `timeout` is for each part: the documents, the preflight, and each
 * step of the probe. `signal` ends it between the steps of the probe, and what that has registered is deleted then. `onWarning` is told nothing: what there is to tell is in the report.
 */
export interface DiagnoseOptions extends RequestOptions, ManagementOptions {
  /** The profile that is meant for the server: one of `dcr-client/providers`, or your own. */
  provider?: Provider | undefined
  /**
   * Registers a throw-away client at each server, reads, changes and deletes it. Default false: everything is read, and
   * nothing changed. Credentials and a provider are for one server, so at a protected resource they cannot be given with it.
   */
  probe?: boolean | undefined
  /** What the throw-away client is to be registered with, beside a name and a redirect URI. */
  metadata?: ClientMetadata | undefined
  /** Where the throw-away client is kept until it is deleted, and listed as an orphan if it is not. Default: in memory. */
  store?: CredentialStore | undefined
}
