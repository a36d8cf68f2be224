import type { Answer } from './answer.js'
import type { IncomingRequest } from './incoming-request.js'
import type { Refusal } from './refusal.js'
import type { Operation } from './request-log.js'
import type { Defaults, Settings } from './settings.js'
import type { RegisteredClient, State } from './state.js'

/** What every operation works on. */
export interface ServerContext {
  readonly settings: Settings
  readonly state: State
  readonly dialect: Dialect
}

/** One operation of the server: answers, or throws a `Refusal` or a `ReadyRefusal`. */
export type Work = (server: ServerContext, request: IncomingRequest) => Answer | Promise<Answer>

/** JSON members, such as a request asks for. */
export type Members = Record<string, unknown>

/** Client metadata that passed every rule, with the server's defaults filled in. */
export interface AcceptedMetadata {
  readonly redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  readonly response_types: readonly string[]
  readonly token_endpoint_auth_method: string
  readonly [member: string]: unknown
}

/**
 * In what one system differs from another. The generic code knows the order of things (who may, what is asked, is it
 * allowed, remember it, answer) and asks here at each step. `like/oidc-provider.ts` is the one without `like`; the
 * others take over from it what is not their own.
 */
export interface Dialect {
  readonly defaults: Defaults

  /** Who may register. Returns what uses the token up, once the client is made. */
  authorizeRegistration(server: ServerContext, request: IncomingRequest): () => void
  /** What the body of a registration asks for. */
  readRegistration(request: IncomingRequest): Members
  /** Who may read, update or delete the client that the URL names. */
  authorizeManagement(server: ServerContext, request: IncomingRequest): RegisteredClient
  /** What the body of an update asks for. */
  readUpdate(request: IncomingRequest, current: RegisteredClient): Members
  /** Judges what was asked for and fills in defaults. `current`: the client before an update. */
  accept(requested: Members, settings: Settings, current?: RegisteredClient): AcceptedMetadata
  /** Whether this registration, or this update of `current`, hands out a `client_secret`. */
  needsNewSecret(metadata: AcceptedMetadata, settings: Settings, current?: RegisteredClient): boolean
  /** The answer about a client. */
  describeClient(client: RegisteredClient, occasion: Occasion): Answer

  readonly issueToken: Work
  /** A refusal of the generic code or of the dialect's own, as it goes over the wire. */
  refuse(refusal: Refusal, operation: Operation | undefined, settings: Settings): Answer
  /** Where registration or management is not offered. */
  notOffered(settings: Settings): Answer
  /** Whether a URL that is no endpoint is this server's all the same: where a wrong `registration_client_uri` leads. */
  leadsNowhere?(server: ServerContext, url: URL): boolean
}

/** What a client is described for. */
export interface Occasion {
  readonly operation: 'register' | 'read' | 'update'
  readonly settings: Settings
  /** What a registration or an update asked for; a read asks for nothing. */
  readonly requested?: Members
}
