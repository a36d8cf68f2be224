import type { AuthorizationServerMetadata, ClientInformation, ClientMetadata } from '../types.js'

/** What is asked of a server about a client. */
export type Operation = 'register' | 'get' | 'update' | 'delete'

/** A request that may have been sent: kept before it is, and dropped with the answer. */
export interface Intent {
  /** Made anew for each request. */
  readonly id: string
  /** What was sent. */
  readonly operation: Operation
  /** Seconds since the epoch, by the clock of this machine. */
  readonly at: number
  /** What was asked to be registered, by which an operator of the server may find the client. */
  readonly requested?: ClientMetadata | undefined
  /** Of a registration or a read: what was asked about the client in force before it, and was not answered either. */
  readonly before?: Intent | undefined
}

/**
 * Why a client is at a server and not in use.
 *
 * - `in_doubt`: its registration was sent, and no trustworthy answer was kept: it may exist.
 * - `replaced`: another has been registered in its place.
 * - `lost_race`: another process registered one in the meantime, and that one is in use.
 * - `unusable`: the server's answer about it cannot be used.
 * - `removed`: it was given up, and the server did not delete it.
 */
export type OrphanReason = 'in_doubt' | 'replaced' | 'lost_race' | 'unusable' | 'removed'

/** A client that exists at a server, or may exist, and is not in use. */
export interface StoredOrphan {
  /** Tells it from others of the same record. */
  readonly id: string
  /** Why it is one. */
  readonly reason: OrphanReason
  /** Seconds since the epoch, by the clock of this machine. */
  readonly at: number
  /** What is needed to delete it. Absent where no answer told. */
  readonly client?: ClientInformation | undefined
  /** What was asked to be registered, where nothing else is known. */
  readonly requested?: ClientMetadata | undefined
}

/** What is known of a protected resource (RFC 9728), such as an MCP server. */
export interface StoredResource {
  /** Its identifier, for the parameter `resource` (RFC 8707 §2). */
  readonly identifier: string
  /** The issuers of the authorization servers that it names. */
  readonly authorizationServers: readonly string[]
  /** Those of them that would have been taken before the one in use, and could not be. */
  readonly passedOver: readonly string[]
  /** With what those were tried, as text to compare. */
  readonly means?: string | undefined
  /** The scopes to ask for. */
  readonly scope?: string | undefined
  /**
   * When it was asked. Seconds since the epoch, by the clock of this machine; 0 where it has to be asked
   * again.
   */
  readonly at: number
  /** The URL of the client ID metadata document that is used there. */
  readonly document?: string | undefined
  /** And of the one that was refused. */
  readonly refusedDocument?: string | undefined
}

/** All that is kept of one registration. It is JSON, and holds credentials in clear. */
export interface StoredRegistration {
  /** The issuer, as it was asked for. */
  readonly issuer: string
  /**
   * The application's own name for the client. Absent for one that a `DcrClient` keeps by its `client_id`.
   */
  readonly name?: string | undefined
  /** The client in force. Absent while there is none. */
  readonly client?: ClientInformation | undefined
  /** The metadata of the server when it was last asked. */
  readonly server?: AuthorizationServerMetadata | undefined
  /** What was asked for when the client was registered or changed last. Absent for one that was registered elsewhere. */
  readonly requested?: ClientMetadata | undefined
  /** Its SHA-256, in hexadecimal, by which it is compared. Absent while nobody knows that it was done. */
  readonly fingerprint?: string | undefined
  /** What has been asked of the server and not been answered, as far as the store knows. */
  readonly intent?: Intent | undefined
  /** Clients that are at the server and not in use. Absent is none. */
  readonly orphans?: readonly StoredOrphan[] | undefined
  /** Seconds that the server's clock was ahead of ours when it last answered. */
  readonly clockOffset?: number | undefined
  /** When the secret in force was received. Seconds since the epoch, by the server's clock. */
  readonly receivedAt?: number | undefined
  /**
   * When the client in force was registered in place of another. Seconds since the epoch, by the clock of
   * this machine.
   */
  readonly replacedAt?: number | undefined
  /**
   * The client was refused by the token endpoint, is unknown to the server, or locked out of its own
   * management.
   */
  readonly trouble?: 'invalid_client' | 'gone' | 'management_locked' | undefined
  /** The key that the client is being moved from, by `Registrar.adopt`: what is there as yet is newer. */
  readonly movedFrom?: string | undefined
  /** Of a resource, whose authorization server this is, and not of a client. */
  readonly resource?: StoredResource | undefined
  /** Given by the store with each save: what it was when it was read. */
  readonly revision?: string | undefined
}

/**
 * Where credentials are kept. Every method may be called for the same key at the same time, by several
 * processes. What `get` and `list` give is a copy.
 */
export interface CredentialStore {
  /** Rejects where something is stored that cannot be read: what is damaged is not absent. */
  get(key: string): Promise<StoredRegistration | undefined>
  /**
   * Keeps it in place of what has the same `revision`; without one, where nothing is yet. What it resolves
   * for must survive, as far as this store promises.
   *
   * @returns The new revision, or undefined if another was faster: nothing is kept then.
   */
  set(key: string, stored: StoredRegistration): Promise<string | undefined>
  /** Removes it. @returns Whether that revision was there, or, without one, anything. */
  delete(key: string, revision?: string): Promise<boolean>
  /**
   * Everything, with its key. Rejects where something of it cannot be read.
   *
   * @param issuer - Only what is of this issuer is wanted: others may be left out, and are no reason to fail as far as
   *   they can be told from it. A slash at the end of either makes it no other.
   */
  list(issuer?: string): Promise<[key: string, stored: StoredRegistration][]>
  /**
   * Runs `task` while nobody else runs one for the same key, and passes on its result or error. Not reentrant.
   *
   * @param signal - Ends the wait for the turn, not the task.
   */
  lock<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /**
   * Removes for good what was replaced or deleted, such as what was encrypted with an earlier key. Absent where a save does
   * that by itself, as far as this store can tell.
   *
   * @throws {DcrError} `store_failed`, also where another process has the turn for more than 10 s.
   */
  compact?(): Promise<void>
}

/** The key under which a `DcrClient` keeps a client: identifiers are unique per issuer only. */
export function storeKey(issuer: string, client_id: string): string {
  return JSON.stringify([issuer, 'client', client_id])
}

/** The key under which a `Registrar` keeps the client that the application calls by that name. */
export function registrationKey(issuer: string, name: string): string {
  return JSON.stringify([issuer, 'name', name])
}

/** The issuer that such a key is of; undefined for any other key. */
export function issuerOf(key: string): string | undefined {
  try {
    const parts: unknown = JSON.parse(key)
    return Array.isArray(parts) && typeof parts[0] === 'string' ? parts[0] : undefined
  } catch {
    return undefined
  }
}
