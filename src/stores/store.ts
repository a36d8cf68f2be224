import type { ClientInformation } from '../types.js'

/** A client as a store keeps it. It holds credentials in clear. */
export interface StoredClient {
  readonly issuer: string
  readonly client: ClientInformation
}

/** Where credentials are kept. Every method may be called for the same key at the same time. */
export interface CredentialStore {
  get(key: string): Promise<StoredClient | undefined>
  /** Keeps the client; what it resolves for must survive, as far as this store promises. */
  set(key: string, stored: StoredClient): Promise<void>
  delete(key: string): Promise<void>
  list(): Promise<StoredClient[]>
  /** Runs `task` while nobody else runs one for the same key, and passes on its result or error. */
  lock<T>(key: string, task: () => Promise<T>): Promise<T>
}

/** The key under which a `DcrClient` keeps a client: identifiers are unique per issuer only. */
export function storeKey(issuer: string, client_id: string): string {
  return JSON.stringify([issuer, client_id])
}
