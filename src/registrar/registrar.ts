import { checkManageWith } from '../client/management.js'
import { checkClient } from '../custody/keeping.js'
import { type Call, openCall } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { RequestOptions } from '../http/options.js'
import { isRecord, isUnset } from '../json.js'
import { snapshot } from '../metadata/checking.js'
import { metadataOf } from '../metadata/replacement.js'
import type { Provider } from '../providers/provider.js'
import type { StoredRegistration } from '../stores/store.js'
import type { ClientInformation, ClientMetadata, ClientMetadataChanges } from '../types.js'
import { adopted } from './adopting.js'
import { collected } from './collecting.js'
import { unlist } from './discarding.js'
import { discovered } from './discovering.js'
import { ensured, type Knowledge, planOf, reused } from './ensuring.js'
import { type Entry, entryOf, type Issuer, issuerOf, read } from './entry.js'
import { clientIn, fetched } from './fetching.js'
import { Flights } from './flights.js'
import { invalidated } from './invalidating.js'
import type { Ensured } from './making.js'
import { alone, expectedOf } from './moving.js'
import {
  type CollectOptions,
  checkedRegistrarOptions,
  type EnsureOptions,
  type EntryOptions,
  type RegistrarOptions,
} from './options.js'
import { type Collected, type Orphan, orphansIn } from './orphans.js'
import type { Plan } from './plan.js'
import { type Removed, removed } from './removing.js'
import { FailedRenewals } from './renewals.js'
import { Unsaved } from './unsaved.js'
import { wanted } from './wanted.js'

/**
 * Gets a client from its store, or registers one: at most one for each issuer and name, however many processes ask at
 * the same time, and none that nobody knows of.
 *
 * @example
 * const registrar = new Registrar({ store: fileStore() })
 * const { server, client } = await registrar.ensure('https://as.example.com', { redirect_uris: ['https://app.example.com/cb'] })
 */
export class Registrar {
  readonly #options: RegistrarOptions
  readonly #skew: number
  readonly #flights = new Flights<Ensured>()
  readonly #known: Knowledge

  /**
   * Sends nothing, and reads nothing.
   *
   * @throws {DcrError} `invalid_argument`
   */
  constructor(given: RegistrarOptions) {
    const options = { __proto__: null, ...given } as RegistrarOptions
    const { expirySkew, whenInDoubt } = checkedRegistrarOptions(options, openCall('Registrar', options))
    this.#known = { whenInDoubt, unsaved: new Unsaved(), failedRenewals: new FailedRenewals() }
    this.#options = options
    this.#skew = expirySkew
  }

  /**
   * Gives a usable client, and sends nothing if the store has one that will do. Otherwise it registers one; has a secret
   * renewed that has expired or is about to; and changes the client in place, or registers another, if what is wanted
   * is not what was last asked for.
   *
   * @param issuer - The issuer identifier, or the metadata of a server that publishes none.
   * @throws {DcrError} `registration_in_doubt` and `registered_recently` where another client could be one too many;
   *   `management_locked`, `store_conflict` and the like with what is known in `error.client`; with `mayReplace: false`
   *   `management_not_supported`, or why the server refused the update; `issuer_mismatch` where `discover` gives metadata of
   *   another issuer, `discovery_failed` where it fails with an error of its own.
   * @see RFC 7591 §3, RFC 7592 §2.2
   */
  async ensure(issuer: Issuer, metadata: ClientMetadata, options?: EnsureOptions): Promise<Ensured> {
    const entry = this.#entry('ensure', issuer, options)
    const { discover, ...may } = { __proto__: null, ...options } as EnsureOptions
    const want = await wanted(metadata, this.#skew, entry.call, may)
    const stored = await read(entry)
    // What is not saved yet is newer than what is.
    const found = this.#known.unsaved.has(entry.key) ? undefined : reused(entry, stored, want, this.#known)
    if (found) return found
    const whole = await discovered(entry, discover)
    const { key, call, credentials, given } = whole
    const { initialAccessToken, manageWith } = credentials
    const { fingerprint, mayReplace, mayChange } = want
    const common = [key, given, fingerprint, mayReplace, mayChange, initialAccessToken, manageWith]
    return this.#flights.join(common, call, (signal) =>
      ensured({ ...whole, call: { ...call, signal } }, () => want, this.#known),
    )
  }

  /**
   * Tells what {@link ensure} would do, and why, or that it would refuse to. Sends nothing: that a server refuses an
   * update, for instance, shows only when it is asked.
   *
   * @throws {DcrError} `invalid_argument`, and the errors of the store.
   */
  async plan(issuer: Issuer, metadata: ClientMetadata, options?: EntryOptions): Promise<Plan> {
    const entry = this.#entry('plan', issuer, options)
    const want = await wanted(metadata, this.#skew, entry.call)
    const stored = await expectedOf(entry, this.#known.unsaved.expected(entry.key, await read(entry)))
    return planOf(entry, stored, want, this.#known)
  }

  /**
   * Takes in a client that was registered elsewhere, or whose credentials a store failed to keep. From then on it is as any
   * other: an {@link ensure} of metadata that it has sends nothing, one of others changes it. What a `DcrClient` keeps of it
   * in the same store is moved, in its turn; the next call ends a move that broke off. All that is kept of the issuer is
   * looked through for it, as under two names it would void its own tokens.
   *
   * @param client - With all credentials that there are, and its metadata: where there are neither metadata nor a way to
   *   manage it, it is taken for what is wanted. Where this client is kept already, those that are kept are newer, and stay;
   *   where an answer about it was lost, it is read with those that are given. A token that differs and is accepted proves
   *   them; else the server has to tell them.
   * @returns The client as it is kept.
   * @throws {DcrError} `invalid_argument` where it is no client information, it is kept under another name, another is kept
   *   under this one, or nobody can tell whether a credential that is given is newer; `management_locked` or `unauthorized`
   *   where it is kept, and those that are given are void, too; `discovery_failed` and the like; the errors of the store.
   */
  async adopt(issuer: Issuer, client: ClientInformation, options?: EntryOptions): Promise<ClientInformation> {
    const entry = this.#entry('adopt', issuer, options)
    checkClient(client, entry.call)
    return adopted(entry, client, this.#known.unsaved)
  }

  /**
   * Reads the client from its server. What that answers is kept, as it may hold new credentials.
   *
   * @throws {DcrError} `invalid_argument` where nothing is stored under this issuer and `options.name`;
   *   `management_not_supported` where the client cannot be read.
   * @throws {OAuthError} `unauthorized` where the token is wrong or, at many servers, the client is gone.
   * @see RFC 7592 §2.1
   */
  async get(issuer: Issuer, options?: EntryOptions): Promise<ClientInformation> {
    return fetched(this.#entry('get', issuer, options), this.#known.unsaved)
  }

  /**
   * Changes some members of the client there is and keeps the others, whatever other processes change meanwhile. It stays
   * the same client unless `mayReplace` is given. An `ensure` of other metadata changes it again: this is for clients
   * that nothing ensures.
   *
   * @param changes - A member replaces, `null` removes it, also where the server has added it.
   * @throws {DcrError} As {@link ensure}, and `invalid_argument` where nothing is stored under this issuer and `options.name`.
   * @see RFC 7592 §2.2
   */
  async update(issuer: Issuer, changes: ClientMetadataChanges, options?: EnsureOptions): Promise<Ensured> {
    const entry = this.#entry('update', issuer, options)
    const { mayReplace = false, discover } = { __proto__: null, ...options } as EnsureOptions
    const given = snapshot(changes, entry.call)
    const unwanted = Object.keys(given).filter((member) => isUnset(given[member]))
    const wantedOf = (stored: StoredRegistration) => {
      const { requested = metadataOf(clientIn(stored, entry)) } = stored
      const metadata = { ...requested, ...given } as ClientMetadata
      return wanted(metadata, this.#skew, entry.call, { mayReplace, unwanted })
    }
    return ensured(await discovered(entry, discover), wantedOf, this.#known)
  }

  /**
   * Call it when a token endpoint has answered `invalid_client`. The server is asked whether it still knows the client,
   * where it can be asked. Registers nothing: the next {@link ensure} does, at most once in ten minutes.
   *
   * @param client - The one that was refused.
   * @returns Whether it is given up, is to be renewed, or another is in force already: ensure again. If not, the server
   *   knows the client, and the fault is elsewhere: the wrong authentication method, or a clock.
   * @throws {DcrError} If the server could not be asked: nothing is given up then. `invalid_argument` where nothing is
   *   stored under this issuer and `options.name`.
   * @see RFC 6749 §5.2
   */
  async invalidate(issuer: Issuer, client: ClientInformation, options?: EntryOptions): Promise<boolean> {
    const entry = this.#entry('invalidate', issuer, options)
    checkClient(client, entry.call)
    return invalidated(entry, client, this.#skew, this.#known.unsaved)
  }

  /**
   * Deletes the client, at the server and in the store. One that the server does not delete is listed as an orphan; so
   * is one of which it says 401 when it is asked again, which may mean that it is gone. Where nothing is stored under
   * this issuer and `options.name`, nothing is done. What of these it was is in the result.
   *
   * @throws {DcrError} Where nobody knows whether the server has deleted it: it is kept, and can be removed again.
   * @see RFC 7592 §2.3
   */
  async remove(issuer: Issuer, options?: EntryOptions): Promise<Removed> {
    return removed(this.#entry('remove', issuer, options), this.#known.unsaved)
  }

  /**
   * Lists what exists at servers, or may exist, and is not in use, with what is needed to delete it. Of one whose answer
   * was lost that is no more than what was asked for.
   *
   * @param issuer - Only those at this issuer.
   * @throws {DcrError} `invalid_argument`; the errors of the store; `timeout` where a registration that is under way does not end.
   */
  async orphans(issuer?: Issuer, options?: RequestOptions): Promise<Orphan[]> {
    const call = this.#call('orphans', options)
    const asked = issuer === undefined ? undefined : issuerOf(issuer, call).asked
    return orphansIn(this.#options.store, asked, this.#known.unsaved, call)
  }

  /**
   * Deletes the orphans that can be deleted, at their servers and from the list. What fails of one is in the result.
   *
   * @throws {DcrError} `invalid_argument`, and the errors of {@link orphans}.
   */
  async collect(given?: CollectOptions): Promise<Collected> {
    const call = this.#call('collect', given)
    const options = { __proto__: null, ...given } as CollectOptions
    checkManageWith(options, call)
    if (
      options.issuer === undefined &&
      (options.initialAccessToken || options.manageWith || options.provider)
    ) {
      throw failure(
        call,
        'invalid_argument',
        'credentials and a provider are for one server: pass options.issuer too',
      )
    }
    const { unsaved } = this.#known
    const about = options.issuer === undefined ? undefined : issuerOf(options.issuer, call)
    const orphans = await orphansIn(this.#options.store, about?.asked, unsaved, call)
    const entryOf = (orphan: Orphan) => ({
      ...this.#place(orphan),
      credentials: options,
      call,
      given: about?.given,
    })
    return collected(orphans, entryOf, unsaved)
  }

  /**
   * Takes an orphan off the list: one that was deleted in another way, or never came to be. Sends nothing.
   *
   * @throws {DcrError} `invalid_argument`, and the errors of the store.
   */
  async forget(orphan: Orphan, options?: RequestOptions): Promise<void> {
    const call = this.#call('forget', options)
    const { id, key } = Object(orphan) as Partial<Orphan>
    if (typeof id !== 'string' || typeof key !== 'string')
      throw failure(call, 'invalid_argument', 'the orphan must be one of those that orphans() lists')
    const entry = { ...this.#place(orphan), credentials: {}, call }
    await alone(entry, () => unlist(entry, orphan.id))
  }

  #place({ key, issuer, name = '' }: Orphan): Omit<Entry, 'credentials' | 'call'> {
    return { store: this.#options.store, key, issuer, name }
  }

  #entry(operation: string, issuer: Issuer, given?: EntryOptions): Entry {
    const call = this.#call(operation, given)
    const options = { __proto__: null, ...given } as EntryOptions
    const { name = 'default' } = options
    return entryOf(this.#options.store, issuer, name, options, call)
  }

  #call(
    operation: string,
    options: (RequestOptions & { provider?: Provider | undefined }) | undefined,
  ): Call {
    const call = openCall(operation, this.#options, options)
    if (!isRecord(options ?? {})) throw failure(call, 'invalid_argument', 'the options must be an object')
    const own = { __proto__: null, ...options } as CollectOptions
    return { ...call, provider: own.provider }
  }
}
