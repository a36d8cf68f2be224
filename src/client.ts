import { alone, type Custody, forget, save } from './custody.js'
import { differences } from './differences.js'
import { type DcrError, OAuthError } from './errors.js'
import { type Call, openCall, type RequestOptions } from './http/call.js'
import { failure } from './http/failure.js'
import { hasControlCharacter } from './http/printable.js'
import { isRecord } from './http/refusal.js'
import { request, type TokenSource } from './http/request.js'
import { callableUrl } from './http/url.js'
import { readClientInformation } from './information.js'
import { type ManageWith, managementExchange } from './management.js'
import { checkMetadata, SERVER_MEMBERS, serialize, snapshot, withoutUnset } from './metadata.js'
import { hasMetadata, replacement } from './replacement.js'
import type { CredentialStore } from './stores/store.js'
import type {
  AuthorizationServerMetadata,
  ClientInformation,
  ClientMetadata,
  ClientMetadataChanges,
} from './types.js'

/** Options of a {@link DcrClient}; the request options among them hold for all its calls. */
export interface DcrClientOptions extends RequestOptions {
  /** The bearer token that a protected registration endpoint wants, or where to get it (RFC 7591 §3). */
  initialAccessToken?: string | TokenSource | undefined
  /** What `get`, `update` and `delete` prove themselves with. Default `registration_access_token`. */
  manageWith?: ManageWith | undefined
  /** Where every answer is saved before it is returned, and the newest credentials are taken from. */
  store?: CredentialStore | undefined
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
  readonly #server: AuthorizationServerMetadata
  readonly #options: DcrClientOptions
  readonly #custody: Custody

  /**
   * Sends nothing.
   *
   * @param server - What {@link discover} found, or metadata you hold already; `issuer` must be there, and
   *   `registration_endpoint` for {@link register}.
   * @throws {DcrError} `invalid_argument`
   */
  constructor(server: AuthorizationServerMetadata, options: DcrClientOptions = {}) {
    const call = openCall('DcrClient', options)
    if (!isRecord(server) || typeof server.issuer !== 'string') {
      throw failure(
        call,
        'invalid_argument',
        'the server must be its metadata, an object with an issuer; discover() gets it',
      )
    }
    const { manageWith = 'registration_access_token' } = options
    if (!['registration_access_token', 'client_secret', 'initial_access_token'].includes(manageWith)) {
      throw failure(
        call,
        'invalid_argument',
        'options.manageWith must be registration_access_token, client_secret or initial_access_token',
      )
    }
    this.#server = server
    this.#options = { ...options, manageWith }
    this.#custody = { issuer: server.issuer, store: options.store }
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
    const call = openCall('register', this.#options, options)
    const { registration_endpoint } = this.#server
    if (!registration_endpoint) {
      throw failure(
        call,
        'registration_not_supported',
        `the metadata of ${this.#server.issuer} names no registration_endpoint`,
      )
    }
    const url = callableUrl(registration_endpoint, 'registration_endpoint', call)
    const requested = withoutUnset(snapshot(metadata, call))
    for (const member of Object.keys(requested)) {
      if (SERVER_MEMBERS.has(member))
        throw failure(call, 'invalid_argument', `${member} is the server's to give: leave it out`)
    }
    checkMetadata(requested, call)

    const body = serialize(requested, call)
    const answer = await request(
      { method: 'POST', url, ...JSON_BODY, body, token: this.#options.initialAccessToken },
      call,
    )
    if (answer.status !== 201)
      call.warn('unexpected_status', `The server answered ${answer.status} where 201 was due.`)
    const client = readClientInformation(answer, url, call)
    warnOfDifferences(requested, client, call)
    await save(this.#custody, client, call)
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
    const call = openCall('get', this.#options, options)
    checkClient(client, call)
    return alone(
      this.#custody,
      client,
      call,
      async (current) => (await this.#read(current, call)) as ClientInformation<Extension>,
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
    const call = openCall('update', this.#options, options)
    const wanted = snapshot(changes, call)
    checkClient(client, call)
    return alone(this.#custody, client, call, async (current) => {
      const known = hasMetadata(current) ? current : await this.#read(current, call)
      const whole = replacement(known, wanted, call)
      const { client_id, ...metadata } = whole
      checkMetadata(metadata, call)
      const updated = await this.#replace(known, whole, call)
      warnOfDifferences(metadata, updated, call)
      return updated as ClientInformation<Extension>
    })
  }

  /**
   * Deletes the client at the server and in the store.
   *
   * @throws {OAuthError} `not_found` where the server does not offer it, `unauthorized` where it refused.
   * @see RFC 7592 §2.3
   */
  async delete(client: ClientInformation, options?: RequestOptions): Promise<void> {
    const call = openCall('delete', this.#options, options)
    checkClient(client, call)
    await alone(this.#custody, client, call, async (current) => {
      try {
        await request(this.#exchange('DELETE', current, call), call)
      } catch (error) {
        // Sent again after silence, it finds its work done.
        const gone =
          error instanceof OAuthError && error.attempts > 1 && /^(401|404|410)$/.test(`${error.status}`)
        if (!gone) throw error
        call.warn(
          'delete_unconfirmed',
          'The answer to the deletion was lost; asked again, the server no longer knew the client.',
        )
      }
      await forget(this.#custody, current, call)
    })
  }

  #exchange(method: 'GET' | 'PUT' | 'DELETE', client: ClientInformation, call: Call) {
    const { manageWith = 'registration_access_token', initialAccessToken } = this.#options
    return managementExchange(method, client, { server: this.#server, manageWith, initialAccessToken }, call)
  }

  async #read(client: ClientInformation, call: Call): Promise<ClientInformation> {
    const exchange = this.#exchange('GET', client, call)
    const found = readClientInformation(await request(exchange, call), exchange.url, call, client)
    await save(this.#custody, found, call)
    return found
  }

  async #replace(
    client: ClientInformation,
    whole: Record<string, unknown>,
    call: Call,
    again = true,
  ): Promise<ClientInformation> {
    const exchange = this.#exchange('PUT', client, call)
    try {
      const answer = await request(
        { ...exchange, headers: { ...exchange.headers, ...JSON_BODY.headers }, body: serialize(whole, call) },
        call,
      )
      const updated = readClientInformation(answer, exchange.url, call, client)
      await save(this.#custody, updated, call)
      return updated
    } catch (error) {
      const { code, outcome } = error as DcrError
      const lost = outcome === 'unknown' && (code === 'network_error' || code === 'server_error')
      if (!lost || !again) throw error
      const found = await this.#readAfterLoss(client, error as DcrError, call)
      if (differences(whole, found).length > 0) return this.#replace(found, whole, call, false)
      call.warn('update_reconciled', 'The answer to the update was lost; a read found it done.')
      return found
    }
  }

  async #readAfterLoss(client: ClientInformation, lost: DcrError, call: Call): Promise<ClientInformation> {
    try {
      return await this.#read(client, call)
    } catch (error) {
      if (!(error instanceof OAuthError) || error.code !== 'unauthorized') throw lost
      const what =
        'was lost on its way back, and the registration access token no longer works: the update was done and the new token is lost. The client itself can still be used'
      throw failure(call, 'management_locked', what, {
        outcome: 'applied',
        endpoint: lost.endpoint,
        attempts: lost.attempts,
        client,
      })
    }
  }
}

/** A client that is to be managed must at least say which it is. */
function checkClient(client: ClientInformation, call: Call): void {
  const { client_id } = Object(client) as Partial<ClientInformation>
  if (typeof client_id === 'string' && client_id !== '' && !hasControlCharacter(client_id)) return
  throw failure(call, 'invalid_argument', 'the client must be a client information with its client_id')
}

const JSON_BODY = { headers: { 'content-type': 'application/json' } } as const

function warnOfDifferences(requested: Record<string, unknown>, granted: ClientInformation, call: Call): void {
  for (const difference of differences(requested, granted)) {
    if ('granted' in difference)
      call.warn(
        'granted_differs',
        'The server registered another value than was asked for.',
        difference.member,
      )
  }
}
