import type { ErrorCode } from '../errors.js'
import { isEmpty, type JsonObject } from '../json.js'
import { hasMetadata } from '../metadata/replacement.js'
import type { StoredRegistration } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { expiry } from './expiry.js'
import { changedMembers, lackingMembers } from './fingerprint.js'
import type { Wanted } from './wanted.js'

/**
 * What `ensure` does.
 *
 * - `none`: the client in the store is returned; nothing is sent.
 * - `register`: there is none yet.
 * - `update`: the one there is, is changed in place, so that what users have consented to stays.
 * - `replace`: another is registered, and the old one deleted, or listed as an orphan where it cannot be.
 */
export type PlanAction = 'none' | 'register' | 'update' | 'replace'

/** Why it does that. */
export type PlanReason =
  | 'not_registered'
  /** An earlier registration was sent, and no answer kept or none that can be used: a client may exist. */
  | 'registration_in_doubt'
  /** What is wanted is not what was last asked for, or not what a client from elsewhere has. */
  | 'metadata_changed'
  | 'secret_expired'
  | 'secret_expires_soon'
  /** An update was sent and its answer not kept, or not all of it: credentials and metadata may be others now. */
  | 'update_interrupted'
  /** A deletion was sent and its answer never kept: the client may be gone. */
  | 'deletion_interrupted'
  /** The token endpoint refused the client, or the server no longer knows it. */
  | 'invalid_client'
  /** The registration access token was lost with an answer. */
  | 'management_locked'

/** What `ensure` would do, and why. */
export interface Plan {
  /** What would be done. */
  readonly action: PlanAction
  /** All that there are; none where nothing is to be done. */
  readonly reasons: readonly PlanReason[]
  /** The members in which what is wanted differs from what was last asked for, or from what a client from elsewhere has. */
  readonly changed: readonly string[]
  /** The client in the store, if there is one. */
  readonly client?: ClientInformation
  /** The error with which `ensure` refuses to do it by now, as it could be one registration too many. */
  readonly refusal?: ErrorCode
}

/** @param isManageable - Whether the client can be updated, as far as can be told without asking the server. */
export function planFor(
  stored: StoredRegistration,
  wanted: Wanted,
  isManageable: (client: ClientInformation) => boolean,
): Plan {
  const { client, intent, trouble } = stored
  const { unwanted, fingerprint, now, skew } = wanted
  const isInDoubt = doubts(stored).length > 0
  if (!client) {
    const reasons = [isInDoubt ? 'registration_in_doubt' : 'not_registered'] as const
    return { action: 'register', reasons, changed: [] }
  }
  const end = expiry(stored, now, skew)
  const added = unwanted.filter((member) => !isEmpty((client as JsonObject)[member]))
  const changed = [...new Set([...otherwise(stored, client, wanted, isManageable), ...added])]
  const found: Record<Exclude<PlanReason, 'not_registered' | 'registration_in_doubt'>, boolean> = {
    invalid_client: trouble === 'invalid_client' || trouble === 'gone',
    deletion_interrupted: intent?.operation === 'delete',
    update_interrupted: intent?.operation === 'update' || intent?.operation === 'get' || isForgotten(stored),
    secret_expired: end === 'past',
    secret_expires_soon: end === 'soon',
    metadata_changed: changed.length > 0 || fingerprint !== (stored.fingerprint ?? fingerprint),
    management_locked: trouble === 'management_locked',
  }
  const reasons: PlanReason[] = (Object.keys(found) as (keyof typeof found)[]).filter(
    (reason) => found[reason],
  )
  const action = actionFor(reasons, client, isManageable)
  // It is no reason to register another, and one to hesitate.
  if (action === 'replace' && isInDoubt) reasons.push('registration_in_doubt')
  return { action, reasons, changed, client }
}

/** The members that are wanted otherwise than they were asked for. */
function otherwise(
  { requested: before, fingerprint: known }: StoredRegistration,
  client: ClientInformation,
  { requested, fingerprint }: Wanted,
  isManageable: (client: ClientInformation) => boolean,
): string[] {
  if (before) return fingerprint === known ? [] : changedMembers(before, requested)
  // Of a client from elsewhere nobody knows what was asked for: what it has is compared, if that is known.
  return hasMetadata(client) || isManageable(client) ? lackingMembers(client, requested) : []
}

/** Whether something was asked for after what is known, and not found done. */
function isForgotten({ requested, fingerprint }: StoredRegistration): boolean {
  return requested !== undefined && fingerprint === undefined
}

/** When a client was asked for and none that can be used came of it. Seconds since the epoch. */
export function doubts({ intent, orphans = [] }: StoredRegistration): number[] {
  const listed = orphans.filter(({ reason }) => reason === 'in_doubt' || reason === 'unusable')
  return [...listed, ...(intent?.operation === 'register' ? [intent] : [])].map(({ at }) => at)
}

/** Reasons in spite of which the client in the store does for a while. */
const GOOD_YET = /^(secret_expires_soon|update_interrupted|registration_in_doubt)$/

/** Whether nothing but a secret that is good yet makes the client in the store not do. */
export function isGoodYet({ reasons }: Plan): boolean {
  return reasons.includes('secret_expires_soon') && reasons.every((reason) => GOOD_YET.test(reason))
}

function actionFor(
  reasons: readonly PlanReason[],
  client: ClientInformation,
  isManageable: (client: ClientInformation) => boolean,
): PlanAction {
  // Being locked out is no reason for anything, until there is something to change.
  if (reasons.every((reason) => reason === 'management_locked')) return 'none'
  const isLost = reasons.some((reason) =>
    /^(invalid_client|deletion_interrupted|management_locked)$/.test(reason),
  )
  // What was updated once can be asked for again, and if not, the error says why.
  if (!isLost && (reasons.includes('update_interrupted') || isManageable(client))) return 'update'
  return 'replace'
}
