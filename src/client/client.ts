import { checkStore, NO_CUSTODY } from '../custody/custody.js'
import { checkClient, kept, newlyKept } from '../custody/keeping.js'
import { type Call, openCall } from '../http/call.js'
import type { RequestOptions } from '../http/options.js'
import { isUnset, without } from '../json.js'
import { checkMembers, described, snapshot } from '../metadata/checking.js'
import { permitted } from '../metadata/wire.js'
import type { Provider } from '../providers/provider.js'
import type { CredentialStore } from '../stores/store.js'
import type {
  AuthorizationServerMetadata,
  ClientInformation,
  ClientMetadata,
  ClientMetadataChanges,
} from '../types.js'
import { deleteClient } from './deleting.js'
import type { ManagementOptions, Site } from './management.js'
import { manage } from './managing.js'
import { register } from './registering.js'
import { type KeptSite, siteOf } from './site.js'
import { update } from './updating.js'

/** Options of a {@link DcrClient}; the request options among them hold for all its calls. */
export interface DcrClientOptions extends RequestOptions, ManagementOptions {
  /** Where every answer is saved before it is returned, and the newest credentials are taken from. */
  store?: CredentialStore | undefined
  /** Where the server contradicts the specifications: one of `dcr-client/providers`, or your own. */
  provider?: Provider | undefined
}

/**
 * Registers clients at one authorization server, and reads, updates and deletes them.
 *
 * @typeParam Extension - Members of this server that no specification has, typed in what is sent and received.
 * @see RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration 1.0
 * @example
 * const server = await discover('https://as.example.com')
 * const dcr = new DcrClient(server)
 * const client = await dcr.register({ redirect_uris: ['https://app.example.com/cb'] })
 */
export class DcrClient<Extension extends object = object> {
  readonly #options: DcrClientOptions
  readonly #site: Site

  /**
   * Sends nothing.
   *
   * @param server - What {@link discover} found, or metadata you hold already; `issuer` must be there, and
   *   `registration_endpoint` for {@link register}, unless the provider knows it.
   * @throws {DcrError} `invalid_argument`, or `provider_mismatch` where the provider is for another kind of server.
   */
  constructor(server: AuthorizationServerMetadata, given: DcrClientOptions = {}) {
    const options = { __proto__: null, ...given } as DcrClientOptions
    this.#options = options
    const call = this.#open('DcrClient')
    this.#site = siteOf(server, options, call)
    if (options.store !== undefined) checkStore(options.store, call)
  }

  /**
   * Registers a new client each time it is called. After silence it is not sent again: the client may exist.
   *
   * @returns What the server registered, which may differ from what was asked: see {@link differences}.
   * @throws {DcrError} Nothing the server gave is lost: with outcome `applied`, it is in `error.client`.
   * @throws {OAuthError} For instance with the error `invalid_redirect_uri` or `invalid_client_metadata`.
   * @see RFC 7591 §3
   */
  async register(
    metadata: ClientMetadata<Extension>,
    options?: RequestOptions,
  ): Promise<ClientInformation<Extension>> {
    const call = this.#open('register', options)
    const requested = described(metadata, call)
    const client = await this.#new(call, (site) => register(requested, site, call))
    return client as ClientInformation<Extension>
  }

  /**
   * Reads the current registration.
   *
   * @returns What the server answered, with the credentials that it left out carried over from `client`.
   * @throws {OAuthError} `unauthorized` where the token is wrong or, at many servers, the client is gone.
   * @see RFC 7592 §2.1
   */
  async get(client: ClientInformation, options?: RequestOptions): Promise<ClientInformation<Extension>> {
    const call = this.#open('get', options)
    const read = await this.#alone(client, call, (newest, site) => manage(newest, site, call))
    return read as ClientInformation<Extension>
  }

  /**
   * Changes some members of a registration and keeps the others: the specification replaces the whole, so this
   * lays the changes over the last known metadata. If `client` holds nothing but credentials, it reads first.
   * An update whose answer was lost is looked after by one read and, if it was not done, one more try.
   *
   * @param changes - A member replaces, `null` removes.
   * @returns The new registration; the credentials in it may be new, and the old ones void.
   * @throws {DcrError} `management_locked` where a lost answer took a rotated token with it.
   * @see RFC 7592 §2.2
   */
  async update(
    client: ClientInformation,
    changes: ClientMetadataChanges<Extension>,
    options?: RequestOptions,
  ): Promise<ClientInformation<Extension>> {
    const call = this.#open('update', options)
    const given = snapshot(changes, call)
    checkMembers(without(given, isUnset), call)
    const wanted = permitted(given, call)
    const updated = await this.#alone(client, call, (newest, site) => update(newest, wanted, site, call))
    return updated as ClientInformation<Extension>
  }

  /**
   * Deletes the client, at the server and in the store.
   *
   * @throws {OAuthError} `not_found` where the server does not offer it, `unauthorized` where it refused.
   * @see RFC 7592 §2.3
   */
  async delete(client: ClientInformation, options?: RequestOptions): Promise<void> {
    const call = this.#open('delete', options)
    return this.#alone(client, call, (newest, site) => deleteClient(newest, site, call))
  }

  /** Runs the registration of a new client, of which the store has no more than the intent. */
  async #new<T>(call: Call, task: (site: KeptSite) => Promise<T>): Promise<T> {
    const { store } = this.#options
    if (!store) return task({ ...this.#site, custody: NO_CUSTODY })
    return newlyKept(store, this.#site.server.issuer, call, (custody) => task({ ...this.#site, custody }))
  }

  /** Runs a task with the newest client information, while nobody else who shares the store does. */
  async #alone<T>(
    client: ClientInformation,
    call: Call,
    task: (newest: ClientInformation, site: KeptSite) => Promise<T>,
  ): Promise<T> {
    checkClient(client, call)
    const { store } = this.#options
    if (!store) return task(client, { ...this.#site, custody: NO_CUSTODY })
    return kept(store, this.#site.server.issuer, client, call, (newest, custody) =>
      task(newest, { ...this.#site, custody }),
    )
  }

  #open(operation: string, options?: RequestOptions): Call {
    return Object.assign(openCall(operation, this.#options, options), { provider: this.#options.provider })
  }
}
