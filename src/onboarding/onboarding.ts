import { checkStore } from '../custody/custody.js'
import { openCall } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { RequestOptions } from '../http/options.js'
import { LONGEST_NAME, printable } from '../printable.js'
import { Registrar } from '../registrar/registrar.js'
import type { CredentialStore } from '../stores/store.js'
import { applying } from './applying.js'
import { checkServers, chosenOf } from './choosing.js'
import type { ClientTask } from './client-task.js'
import { destroying } from './destroying.js'
import type { OnboardingEvent } from './events.js'
import type { Manifest, ManifestClient, ManifestServer } from './manifest.js'
import { keyOf, orphaned, type PlannedClient, planned } from './planning.js'
import { run } from './run.js'
import { checkShard, isInShard, type Shard } from './shard.js'

/** Options of {@link Onboarding}; the request options hold for each client on its own. */
export interface OnboardingOptions extends RequestOptions {
  /** Where clients are kept: one store for all who apply the same manifest. */
  store: CredentialStore
  /** Only a part of the clients, for several machines that share a store. Default: all. */
  shard?: Shard | undefined
}

/** Options of {@link Onboarding.apply} and {@link Onboarding.destroy}; `only` is one of {@link Onboarding.plan}, too. */
export interface RunOptions {
  /** Ends the call: nothing more is begun, and what was sent is finished and saved. */
  signal?: AbortSignal | undefined
  /** Only the clients of these names. */
  only?: readonly string[] | undefined
}

/**
 * Registers the clients of a manifest at their servers, and keeps them as it has them: a client that is there as wanted
 * costs no request. It stands on `Registrar`, so that a run that was killed is gone on with, and several may run at once.
 *
 * One client that fails stops no other, and a server that does not answer holds up no other. A server that is asked too
 * much, and says so, is left alone for as long as it says.
 *
 * @example
 * const onboarding = new Onboarding(parseManifest(value), { store: fileStore() })
 * for await (const { type, name, error } of onboarding.apply()) console.log(type, name ?? '', error?.message ?? '')
 */
export class Onboarding {
  readonly #manifest: Manifest
  readonly #options: RequestOptions
  readonly #store: CredentialStore
  readonly #shard: Shard | undefined
  readonly #registrar: Registrar

  /**
   * Sends nothing, and reads nothing.
   *
   * @throws {DcrError} `invalid_argument`
   */
  constructor(manifest: Manifest, given: OnboardingOptions) {
    const { store, shard, ...options } = Object(given) as OnboardingOptions
    const call = openCall('Onboarding', options)
    checkStore(store, call)
    if (!Array.isArray(manifest?.clients) || !Array.isArray(manifest.servers))
      throw failure(call, 'invalid_argument', 'the manifest must be what parseManifest() gives')
    this.#manifest = manifest
    this.#options = options
    this.#store = store
    this.#shard = shard === undefined ? undefined : checkShard(shard)
    this.#registrar = new Registrar({ ...options, store })
  }

  /**
   * Tells what {@link apply} would do, and why. It reads the store alone: that a server refuses something shows only when
   * it is asked.
   *
   * @returns In the order of the manifest, and after it what is in the store and not in the manifest.
   *   With `only`, nothing but these clients.
   * @throws {DcrError} The errors of the store; `invalid_argument` as {@link apply}; `insecure_url` for a server that may
   *   not be called.
   */
  async plan({ only }: Pick<RunOptions, 'only'> = {}): Promise<PlannedClient[]> {
    const { servers, clients } = this.#manifest
    const chosen = this.#chosen('plan', only)
    const call = openCall('plan', this.#options)
    // A client whose server may not be called is not one that would have to be replaced.
    checkServers(chosen, call)
    const plans = await planned(chosen, this.#registrar, this.#store)
    if (only) return plans
    const names = new Set(clients.map(({ server, name }) => keyOf(server, name)))
    const isWanted = (key: string) => !this.#shard || isInShard(key, this.#shard)
    // Two entries of one issuer share what is stored for it.
    const issuers = new Map(servers.map((server) => [keyOf(server, ''), server]))
    for (const server of issuers.values())
      plans.push(...(await orphaned(server, (key) => names.has(key), isWanted, this.#store)))
    return plans
  }

  /**
   * Has every client there as the manifest has it: registers, updates in place, renews and replaces. It begins with the
   * first event that is read; who stops reading ends it as `signal` does. What fails is an event, and stops nothing else.
   *
   * @throws {DcrError} `aborted`, after what was sent is finished and told; `invalid_argument` for a name in `only` that
   *   the manifest does not have.
   * @see RFC 7591 §3, RFC 7592 §2.2
   */
  apply(options: RunOptions = {}): AsyncIterable<OnboardingEvent> {
    return this.#run('apply', applying(this.#registrar), options)
  }

  /**
   * Deletes the clients of the manifest, at their servers and in the store; those that are not in the store are
   * `absent`. One that a server does not delete has failed, is no longer in use, and is listed as an orphan.
   *
   * @throws {DcrError} As {@link apply}.
   * @see RFC 7592 §2.3
   */
  destroy(options: RunOptions = {}): AsyncIterable<OnboardingEvent> {
    return this.#run('destroy', destroying(this.#registrar, this.#store), options)
  }

  #run(
    operation: 'apply' | 'destroy',
    task: ClientTask,
    { signal, only }: RunOptions,
  ): AsyncIterable<OnboardingEvent> {
    const clients = new Map<ManifestServer, ManifestClient[]>()
    for (const client of this.#chosen(operation, only)) {
      const own = clients.get(client.server)
      if (own) own.push(client)
      else clients.set(client.server, [client])
    }
    return run({ operation, clients, task, options: this.#options, signal })
  }

  /** The clients of this shard that are wanted. */
  #chosen(operation: string, only: RunOptions['only']): ManifestClient[] {
    const known = new Set(this.#manifest.clients.map(({ name }) => name))
    const unknown = only?.find((name) => !known.has(name))
    if (unknown !== undefined) {
      const what = `options.only names ${printable(unknown, LONGEST_NAME)}, which is no client of the manifest`
      throw failure({ operation }, 'invalid_argument', what)
    }
    return chosenOf(this.#manifest.clients, only, this.#shard)
  }
}
