import { alone, checkStore, keep } from './custody.js'
import type { OAuthError } from './errors.js'
import { fitted } from './fitting.js'
import { type Call, openCall, type RequestOptions } from './http/call.js'
import { failure } from './http/failure.js'
import { refusal } from './http/refusal.js'
import { request } from './http/request.js'
import { callableUrl } from './http/url.js'
import { isRecord, isUnset, without } from './json.js'
import { checkManageWith, type ManagementOptions, managementExchange, type Site } from './management.js'
import { manage, receive, told } from './managing.js'
import { checkMembers, checkWhole, snapshot } from './metadata.js'
import type { Provider } from './providers/provider.js'
import type { CredentialStore } from './stores/store.js'
import type {
  AuthorizationServerMetadata,
  ClientInformation,
  ClientMetadata,
  ClientMetadataChanges,
} from './types.js'
import { update, warnOfDifferences } from './updating.js'
import { permitted, toWire } from './wire.js'

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
    const call = openCall('DcrClient', options)
    if (!isRecord(server) || typeof server.issuer !== 'string' || server.issuer === '') {
      throw failure(
        call,
        'invalid_argument',
        'the server must be its metadata, an object with an issuer: await discover()',
      )
    }
    checkManageWith(options, call)
    checkStore(options.store, call)
    this.#options = options
    this.#site = {
      server: fitted(server, options.provider, call),
      credentials: options,
      custody: { issuer: server.issuer, store: options.store },
    }
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
    const { registration_endpoint, issuer } = this.#site.server
    if (!registration_endpoint) {
      throw failure(
        call,
        'registration_not_supported',
        `the metadata of ${issuer} names no registration_endpoint`,
      )
    }
    const url = callableUrl(registration_endpoint, 'registration_endpoint', call)
    const requested = without(snapshot(metadata, call), isUnset)
    checkMembers(requested, call)
    checkWhole(requested, call)
    const body = await toWire(permitted(requested, call), 'register', call)
    const token = this.#options.initialAccessToken

    const answer = await request({ method: 'POST', url, ...body, token, scheme: call.provider?.scheme }, call)
    const client = await receive(answer, url, this.#site, call)
    if (answer.status !== 201)
      call.warn('unexpected_status', `The status is ${answer.status} where 201 is due.`)
    warnOfDifferences(requested, client, call)
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
    return alone(
      this.#site.custody,
      client,
      call,
      async (newest) => (await manage(newest, this.#site, call)) as ClientInformation<Extension>,
    )
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
    return alone(
      this.#site.custody,
      client,
      call,
      async (newest) => (await update(newest, wanted, this.#site, call)) as ClientInformation<Extension>,
    )
  }

  /**
   * Deletes the client, at the server and in the store.
   *
   * @throws {OAuthError} `not_found` where the server does not offer it, `unauthorized` where it refused.
   * @see RFC 7592 §2.3
   */
  async delete(client: ClientInformation, options?: RequestOptions): Promise<void> {
    const call = this.#open('delete', options)
    return alone(this.#site.custody, client, call, async (newest) => {
      const exchange = managementExchange('DELETE', newest, this.#site, call)
      const details = await request(exchange, call).then(
        (answer) => {
          if (isRecord(answer.json) && answer.json.error) throw refusal(call, answer, answer.details)
          return answer.details
        },
        (error: OAuthError) => {
          // Sent again after silence, it finds its work done.
          if (error.outcome !== 'unknown' || ![401, 404, 410].includes(error.status)) throw error
          call.warn(
            'delete_unconfirmed',
            'The answer was lost; asked again, the server no longer knew the client.',
          )
          return error
        },
      )
      await keep('delete', newest, this.#site.custody, call, told(details))
    })
  }

  #open(operation: string, options: RequestOptions | undefined): Call {
    return { ...openCall(operation, this.#options, options), provider: this.#options.provider }
  }
}
