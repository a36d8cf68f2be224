import { seconds } from '../custody.js'
import type { Call } from '../http/call.js'
import { amend, type Entry, entryOf, read } from '../registrar/entry.js'
import type { CredentialStore, StoredResource } from '../stores/store.js'
import type { AuthorizationServerMetadata } from '../types.js'

/** Seconds after which a resource is asked again who its authorization servers are: once a day. */
const LONGEST_KNOWN = 86_400

/** What is stored of a resource: no client, but where the client is. */
export interface KnownResource {
  readonly resource: StoredResource
  readonly server: AuthorizationServerMetadata
}

/** The place of a resource in the store, beside those of the clients. */
export function resourceEntry(store: CredentialStore, url: string, name: string, call: Call): Entry {
  return { ...entryOf(store, url, name, {}, call), key: JSON.stringify([url, 'resource', name]) }
}

export async function knownResource(entry: Entry): Promise<KnownResource | undefined> {
  const { resource, server } = await read(entry)
  return resource && server ? { resource, server } : undefined
}

export function isFresh({ at }: StoredResource): boolean {
  const age = seconds() - at
  return age >= 0 && age < LONGEST_KNOWN
}

/** Saves what is known of a resource, where it is news. */
export async function keepResource(entry: Entry, { resource, server }: KnownResource): Promise<void> {
  await amend(entry, ({ revision }) => ({
    issuer: server.issuer,
    name: entry.name,
    server,
    resource,
    revision,
  }))
}
