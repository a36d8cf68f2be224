import { checkClient } from '../custody/keeping.js'
import { type Call, openCall } from '../http/call.js'
import type { Ending } from '../http/ending.js'
import { failure } from '../http/failure.js'
import { ENDING, type InnerOptions } from '../http/options.js'
import { callableUrl } from '../http/url.js'
import { checkWhole, described } from '../metadata/checking.js'
import { fingerprint } from '../registrar/fingerprint.js'
import { Flights } from '../registrar/flights.js'
import type { RegistrarOptions } from '../registrar/options.js'
import { Registrar } from '../registrar/registrar.js'
import type { ClientInformation, ClientMetadata } from '../types.js'
import { ascend } from './ascent.js'
import type { EnsuredForResource } from './identification.js'
import { methodAt } from './ladder.js'
import { type ResourceOptions, wishesOf } from './options.js'
import { changeResource, isRegistered, knownResource, resourceEntry } from './stored-resource.js'

/**
 * A `Registrar` that starts from the URL of a protected resource, such as an MCP server: finds its
 * authorization servers, and the way in that is offered there: a client registered by hand, a client ID
 * metadata document, or a registration.
 *
 * On Node, Bun and Deno its requests go through `guardedFetch()` of `dcr-client/node`, as strangers name the URLs; with
 * `allowInsecureRequests` it lets this machine through too. Elsewhere, and with a `fetch` of your own, they
 * do not.
 *
 * @example
 * const registrar = new McpRegistrar({ store: fileStore() })
 * const { server, client, resource, scope } = await
 * registrar.ensureForResource('https://mcp.example.com/mcp', {
 *   client_name: 'My agent',
 *   redirect_uris: ['http://127.0.0.1:8765/callback'],
 *   grant_types: ['authorization_code', 'refresh_token'],
 * })
 */
export class McpRegistrar extends Registrar {
  readonly #options: RegistrarOptions
  readonly #flights = new Flights<EnsuredForResource>()

  /**
   * Sends nothing, and reads nothing.
   *
   * @throws {DcrError} `invalid_argument`
   */
  constructor(options: RegistrarOptions) {
    super(options)
    this.#options = options
  }

  /**
   * Gives a usable client for a resource: in three round trips where there is none yet, and without any
   * request where the store has one. What the metadata leave out is made to fit: `application_type` by the
   * redirect URIs, `token_endpoint_auth_method` by what the server supports, `scope` by what the resource
   * asks for.
   *
   * Once a day, and with `options.challenge`, the resource is asked again where its authorization server is;
   * if that has moved, a client is registered at the new one.
   *
   * @param resource - The URL of the MCP server, as it is called.
   * @throws {DcrError} `resource_mismatch` if the metadata are about another resource;
   *   `registration_not_supported` if a client has to
   *   be registered by hand; `discovery_failed` if no authorization server can be used; and as {@link Registrar.ensure}.
   * @see RFC 9728, RFC 8414, RFC 7591; MCP 2025-11-25, "Authorization"
   */
  async ensureForResource(
    resource: string | URL,
    metadata: ClientMetadata,
    options?: ResourceOptions,
  ): Promise<EnsuredForResource> {
    const { call, wishes, entry, url } = this.#about('ensureForResource', resource, options)
    const requested = described(metadata, call)
    // A client that was registered by hand has its keys already.
    if (wishes.preRegistered.size === 0) checkWhole(requested, call)
    const { challenge, document, preferred, preRegistered, anyLoopbackPort } = wishes
    const { initialAccessToken, manageWith, provider } = wishes.entryOptionsFor(preferred ?? '')
    const known = [...preRegistered].map(([issuer, client]) => [
      issuer,
      client.client_id,
      client.client_secret,
    ])
    const asked = [
      entry.key,
      await fingerprint(requested),
      challenge,
      document,
      preferred,
      anyLoopbackPort,
      `${known}`,
    ]
    return this.#flights.join([...asked, initialAccessToken, manageWith, provider], call, (signal) =>
      ascend({
        url,
        metadata: requested as ClientMetadata,
        wishes,
        entry: { ...entry, call: { ...call, signal } },
        ensure: (issuer, wantedThere, given) =>
          this.ensure(issuer, wantedThere, { ...given, ...remaining(call, signal) }),
      }),
    )
  }

  /**
   * Call it when an authorization or token endpoint has answered `invalid_client`. A refused client ID
   * metadata document is not used at this server again; of a registered client the server is asked, as by
   * {@link Registrar.invalidate}. Registers nothing.
   *
   * @param client - The one that was refused.
   * @returns Whether to call {@link ensureForResource} again. If not, the client is known there, or was
   *   registered by hand, and the fault is
   *   elsewhere.
   * @throws {DcrError} `invalid_argument` where nothing is stored of this resource under `options.name`; and
   *   as {@link Registrar.invalidate}.
   */
  async invalidateForResource(
    resource: string | URL,
    client: ClientInformation,
    options?: ResourceOptions,
  ): Promise<boolean> {
    const { call, wishes, entry } = this.#about('invalidateForResource', resource, options)
    checkClient(client, call)
    const known = await knownResource(entry)
    if (!known) {
      const what = 'of this resource nothing is stored: it was ensured with another URL or options.name'
      throw failure(call, 'invalid_argument', what)
    }
    const { server } = known
    // Wherever the fault is, the resource may have moved to another server.
    const stale = { ...known.resource, at: 0 }
    const { client_id } = client
    // The one in the store may be of an earlier call.
    if (client_id === wishes.document || client_id === known.resource.document) {
      await changeResource(entry, { server, resource: { ...stale, refusedDocument: client_id } })
      return methodAt(server, { ...wishes, document: client_id }, client_id) === 'dynamic_registration'
    }
    await changeResource(entry, { server, resource: stale })
    // What was registered by hand, or elsewhere, is not ours to give up.
    if (!(await isRegistered(entry, server.issuer))) return false
    const entryOptions = wishes.entryOptionsFor(server.issuer)
    return this.invalidate(server.issuer, client, { ...entryOptions, ...remaining(call, call.signal) })
  }

  #about(operation: string, resource: string | URL, options: ResourceOptions | undefined) {
    const call = openCall(operation, this.#options, options)
    const wishes = wishesOf(options, call)
    const url = callableUrl(resource, 'the resource', call)
    const { name = 'default' } = wishes.entryOptionsFor('')
    return { call, wishes, url, entry: resourceEntry(this.#options.store, url.href, name, call) }
  }
}

/** What is left of the time of a call, for a part of it. */
function remaining({ expiresAt }: Call, ending: Ending | undefined): InnerOptions {
  return { timeout: Math.max(1, Math.ceil(expiresAt - performance.now())), [ENDING]: ending }
}
