import type { ManagementOptions, Site } from '../client/management.js'
import { siteOf } from '../client/site.js'
import { storeError, unhurried } from '../custody/custody.js'
import { found } from '../discovery.js'
import type { ErrorDetails } from '../errors.js'
import { type Call, NOTHING_SENT, within } from '../http/call.js'
import { failure } from '../http/failure.js'
import { parse } from '../http/url.js'
import { hasControlCharacter } from '../printable.js'
import { type CredentialStore, registrationKey, type StoredRegistration } from '../stores/store.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'

/** The issuer identifier, or the metadata of a server that publishes none. */
export type Issuer = string | URL | AuthorizationServerMetadata

/** One client of one server, as the application names it, and the place where it is kept. */
export interface Entry {
  readonly store: CredentialStore
  readonly key: string
  readonly issuer: string
  readonly name: string
  readonly credentials: ManagementOptions
  readonly call: Call
  /** Metadata that the caller holds already. */
  readonly given?: AuthorizationServerMetadata | undefined
}

/** Long enough for any name, short enough for any store. */
const LONGEST_NAME = 256

/** What the caller calls the issuer, and the metadata if it was those. */
export function issuerOf(
  issuer: Issuer,
  call: Call,
): { asked: string; given?: AuthorizationServerMetadata | undefined } {
  const given = typeof issuer === 'string' || issuer instanceof URL ? undefined : issuer
  const asked: unknown = issuer instanceof URL ? withoutSlash(issuer.href) : (given?.issuer ?? issuer)
  if (typeof asked !== 'string' || asked === '') {
    const what = 'the issuer must be its identifier, a URL, or the metadata of a server with its issuer'
    throw failure(call, 'invalid_argument', what)
  }
  if (!given && !parse(asked)) {
    throw failure(call, 'invalid_url', 'the issuer must be an absolute URL that starts with https://')
  }
  return { asked, given }
}

/** By a slash at the end, documents differ from what they are asked for by. */
export function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, '')
}

/** Whether two issuers are one but for the slash at the end. */
export function isSameIssuer(one: string, other: string): boolean {
  return withoutSlash(one) === withoutSlash(other)
}

/** What is kept of a client under names, of all that a store lists. */
export function namedRecordsOf(
  all: readonly (readonly [key: string, stored: StoredRegistration])[],
  issuer: string,
  { client_id }: ClientInformation,
): StoredRegistration[] {
  const isIt = ({ name, client, ...stored }: StoredRegistration) =>
    name !== undefined && client?.client_id === client_id && isSameIssuer(stored.issuer, issuer)
  return all.map(([, stored]) => stored).filter(isIt)
}

export function entryOf(
  store: CredentialStore,
  issuer: Issuer,
  name: string,
  credentials: ManagementOptions,
  call: Call,
): Entry {
  const refuse = (what: string) => failure(call, 'invalid_argument', what)
  if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME || hasControlCharacter(name)) {
    throw refuse(`options.name must be 1 to ${LONGEST_NAME} characters, none of them a control character`)
  }
  const { asked, given } = issuerOf(issuer, call)
  if (credentials.manageWith === 'initial_access_token' && !credentials.initialAccessToken) {
    throw refuse('options.manageWith is "initial_access_token", and there is no options.initialAccessToken')
  }
  const key = registrationKey(withoutSlash(asked), name)
  return { store, key, issuer: asked, name, credentials, call, given }
}

/** What is stored, or what is known of a client of which nothing is. `details` are of what was done before. */
export async function read(
  { store, key, issuer, name, call }: Entry,
  details: ErrorDetails = NOTHING_SENT,
): Promise<StoredRegistration> {
  const stored = await within(call, () => store.get(key), details).catch((error) => {
    throw storeError(error, call, 'the store could not be read', details)
  })
  return stored ?? { issuer, name }
}

/** What is stored after the server has done its part: read even if the caller no longer waits. */
export function readBack(entry: Entry, client: ClientInformation): Promise<StoredRegistration> {
  return read({ ...entry, call: unhurried(entry.call) }, { outcome: 'applied', client })
}

/** The server as it was when it was last asked. */
export function knownSite({ issuer, credentials, call, given }: Entry, stored: StoredRegistration): Site {
  return siteOf(given ?? stored.server ?? { issuer }, credentials, call)
}

/** The server as it is now. */
export async function currentSite({ issuer, credentials, call, given }: Entry): Promise<Site> {
  return siteOf(given ?? (await found(issuer, { ...call, operation: 'discover' })), credentials, call)
}

/** As often as others may save between a read and a save of ours. */
const MOST_AMENDMENTS = 20

/**
 * Changes what is stored, whatever others save meanwhile; what is given back as it was found is not saved. `details` are of
 * what was done before.
 */
export async function amend(
  entry: Entry,
  change: (stored: StoredRegistration) => StoredRegistration | undefined,
  details: ErrorDetails = NOTHING_SENT,
): Promise<void> {
  const { store, key, call } = entry
  const saving = unhurried(call)
  for (let count = 0; count < MOST_AMENDMENTS; count++) {
    const stored = await read({ ...entry, call: saving }, details)
    const next = change(stored)
    const { revision } = stored
    if (next === stored || (!next && revision === undefined)) return
    const saved = await within(saving, async () =>
      next ? (await store.set(key, { ...next, revision })) !== undefined : store.delete(key, revision),
    ).catch((error) => {
      throw storeError(error, call, 'the store failed', details)
    })
    if (saved) return
  }
  throw failure(call, 'store_conflict', 'what is stored is changed by others all the time', details)
}
