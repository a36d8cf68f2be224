import { storeError } from '../custody/custody.js'
import { inTurn } from '../custody/turn.js'
import type { DcrError } from '../errors.js'
import { type Call, within } from '../http/call.js'
import type { CredentialStore, StoredOrphan, StoredRegistration } from '../stores/store.js'
import { isSameIssuer } from './entry.js'
import { withDoubtListed } from './records.js'
import type { Unsaved } from './unsaved.js'

/** A client that exists at a server, or may exist, and is not in use. */
export interface Orphan extends StoredOrphan {
  /** The issuer of the server that it is at. */
  readonly issuer: string
  /** The name of the client it was registered as, if a `Registrar` did. */
  readonly name?: string | undefined
  /** Under which key it is stored. */
  readonly key: string
}

/** What {@link Registrar.collect} came to. */
export interface Collected {
  /** Those that are gone from their server and from the store. */
  readonly deleted: readonly Orphan[]
  /**
   * Those that are still listed, with the reason; without one, nothing is known by which it could be deleted. At many
   * servers 401 (`unauthorized`) means that it is gone, and at others that its token is void: where you know that it is
   * gone, `forget()` it.
   */
  readonly left: readonly { readonly orphan: Orphan; readonly error?: DcrError }[]
}

/** All orphans in a store. What is being registered at this moment is waited for, and what is not saved yet is saved. */
export async function orphansIn(
  store: CredentialStore,
  issuer: string | undefined,
  unsaved: Unsaved,
  call: Call,
): Promise<Orphan[]> {
  const all = await within(call, () => store.list(issuer)).catch((error) => {
    throw storeError(error, call, 'the store could not be listed')
  })
  const found: Orphan[] = []
  for (const [key, listed] of all) {
    if (issuer !== undefined && !isSameIssuer(listed.issuer, issuer)) continue
    const isMoving = listed.intent?.operation === 'register' || unsaved.has(key)
    const entry = { store, key, issuer: listed.issuer, name: listed.name ?? '', credentials: {}, call }
    const stored = isMoving
      ? await inTurn(store, key, call, async (now) => now && unsaved.settle(entry, now))
      : listed
    if (stored) found.push(...orphansOf(key, stored))
  }
  return found
}

function orphansOf(key: string, stored: StoredRegistration): Orphan[] {
  const { issuer, name, orphans = [] } = withDoubtListed(stored)
  return orphans.map((orphan) => ({ ...orphan, key, issuer, name }))
}
