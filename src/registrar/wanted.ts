import { seconds } from '../custody/custody.js'
import type { Call } from '../http/call.js'
import { isUnset, type JsonObject, without } from '../json.js'
import { checkMembers, checkWhole, snapshot } from '../metadata/checking.js'
import type { ClientMetadata } from '../types.js'
import { fingerprint } from './fingerprint.js'

/** What the application wants of a client, at the moment of a call. */
export interface Wanted {
  readonly requested: JsonObject
  readonly fingerprint: string
  /** Seconds since the epoch, by the clock of this machine. */
  readonly now: number
  /** Seconds before its end from which a secret counts as about to expire. */
  readonly skew: number
  /** Whether another client may take the place of the one there is. */
  readonly mayReplace: boolean
}

/** A copy of the metadata, each member fit to be sent; whether they go together is another matter. */
export function described(metadata: ClientMetadata, call: Call): JsonObject {
  const requested = without(snapshot(metadata, call), isUnset)
  checkMembers(requested, call)
  return requested
}

/** Refuses metadata that could not be sent, before anything is compared or asked. */
export async function wanted(
  metadata: ClientMetadata,
  skew: number,
  call: Call,
  mayReplace = true,
): Promise<Wanted> {
  const requested = described(metadata, call)
  // What is doubtful is told when it is sent.
  checkWhole(requested, { ...call, warn: () => {} })
  return { requested, fingerprint: await fingerprint(requested), now: seconds(), skew, mayReplace }
}
