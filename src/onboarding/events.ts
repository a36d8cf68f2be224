import type { DcrError } from '../errors.js'
import type { PlanReason } from '../registrar/plan.js'

/**
 * What became of a client, or of the work at a server.
 *
 * - `registered`, `updated`, `replaced`: as the actions of `Registrar.plan`.
 * - `renewed`: updated or replaced for its secret alone.
 * - `unchanged`: there was nothing to do, and nothing was sent.
 * - `removed`: deleted at the server and in the store.
 * - `absent`: there was nothing to delete, and nothing was sent.
 * - `failed`: see `error`; with a `client_id`, there is a client, such as one whose secret is good yet and was not renewed.
 * - `slowed`: the server has asked for a pause (429, or 503 with `Retry-After`), of `seconds`; its clients wait.
 * - `waiting`: the server, which did answer before, cannot be reached; it is asked again in `seconds`.
 */
export type OnboardingEventType =
  | 'registered'
  | 'updated'
  | 'replaced'
  | 'renewed'
  | 'unchanged'
  | 'removed'
  | 'absent'
  | 'failed'
  | 'slowed'
  | 'waiting'

/** Something that {@link Onboarding.apply} or {@link Onboarding.destroy} has done. It holds no secret. */
export interface OnboardingEvent {
  /** What has happened. */
  readonly type: OnboardingEventType
  /** What the manifest calls the server. */
  readonly server: string
  /** The issuer of that server. */
  readonly issuer: string
  /** What the manifest calls the client; absent where it is about the server. */
  readonly name?: string
  readonly client_id?: string
  /** Why that was done; absent where nothing was, and of a removal. */
  readonly reasons?: readonly PlanReason[]
  /** Why it failed, or what was not done. What a server has given although it failed is in its `client`. */
  readonly error?: DcrError
  /** How long the pause of `slowed` and `waiting` is; absent in all others. */
  readonly seconds?: number
}
