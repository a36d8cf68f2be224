import { seconds } from '../custody/custody.js'
import { type Call, within } from '../http/call.js'
import { amend, type Entry, entryOf, read, withoutSlash } from '../registrar/entry.js'
import {
  type CredentialStore,
  registrationKey,
  type StoredRegistration,
  type StoredResource,
} from '../stores/store.js'
import type { AuthorizationServerMetadata } from '../types.js'

/** Seconds after which a resource is asked again who its authorization servers are: once a day. */
const LONGEST_KNOWN = 86_400

/** Seconds after which one that could not be asked is asked again: not with every call, and soon. */
const SOON = 300

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

/** What is stored of the client that serves a resource at one of its servers. */
export function readRegistration(entry: Entry, issuer: string): Promise<StoredRegistration> {
  return read({ ...entry, key: registrationKey(withoutSlash(issuer), entry.name) })
}

export async function isRegistered(entry: Entry, issuer: string): Promise<boolean> {
  return (await readRegistration(entry, issuer)).revision !== undefined
}

export function isFresh({ at }: StoredResource): boolean {
  const age = seconds() - at
  return age >= 0 && age < LONGEST_KNOWN
}

/** The time to note of a resource that was asked, or could not be asked. */
export function askedAt(isAnswered: boolean): number {
  return isAnswered ? seconds() : seconds() - LONGEST_KNOWN + SOON
}

/** Saves what was learnt of a resource. It spares requests and holds nothing else: where it cannot be saved, that is told. */
export async function keepResource(entry: Entry, known: KnownResource): Promise<void> {
  const { store, key, call } = entry
  const saving = async () => {
    const stored = await store.get(key)
    await store.set(key, changed(entry, known, stored))
  }
  await within(call, saving).catch(() => {
    call.warn('resource_not_kept', 'What is known of the resource could not be stored: it is asked again.')
  })
}

/** Changes what is stored of a resource, whatever others save meanwhile. */
export async function changeResource(entry: Entry, known: KnownResource): Promise<void> {
  await amend(entry, (stored) => changed(entry, known, stored))
}

function changed(
  { name }: Entry,
  { server, resource }: KnownResource,
  stored: Partial<StoredRegistration> = {},
): StoredRegistration {
  const { revision, resource: before } = stored
  const isSameServer = stored.server?.issuer === server.issuer
  // A document may have been refused while the resource was asked.
  const refusedDocument = resource.refusedDocument ?? (isSameServer ? before?.refusedDocument : undefined)
  return { issuer: server.issuer, name, server, resource: { ...resource, refusedDocument }, revision }
}
