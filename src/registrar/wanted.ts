import { seconds } from '../custody/custody.js'
import type { Call } from '../http/call.js'
import type { JsonObject } from '../json.js'
import { checkWhole, described } from '../metadata/checking.js'
import type { ClientMetadata } from '../types.js'
import { fingerprint } from './fingerprint.js'
import type { EnsureOptions } from './options.js'

/** What the application wants of a client, at the moment of a call. */
export interface Wanted {
  readonly requested: JsonObject
  /** Members that the client is not to have, which the server may have added by itself. */
  readonly unwanted: readonly string[]
  readonly fingerprint: string
  /** Seconds since the epoch, by the clock of this machine. */
  readonly now: number
  /** Seconds before its end from which a secret counts as about to expire. */
  readonly skew: number
  /** Whether another client may take the place of the one there is. */
  readonly mayReplace: boolean
  /** Whether the one there is may be changed to other metadata. */
  readonly mayChange: boolean
}

/** Refuses metadata that could not be sent, before anything is compared or asked. */
export async function wanted(
  metadata: ClientMetadata,
  skew: number,
  call: Call,
  {
    mayReplace = true,
    mayChange = true,
    unwanted = [],
  }: Pick<EnsureOptions, 'mayReplace' | 'mayChange'> & { unwanted?: readonly string[] } = {},
): Promise<Wanted> {
  const requested = described(metadata, call)
  checkWhole(requested, call)
  const now = seconds()
  return { requested, unwanted, fingerprint: await fingerprint(requested), now, skew, mayReplace, mayChange }
}
