import type { StoredRegistration } from '../stores/store.js'
import type { Wanted } from './wanted.js'

/** Whether the secret of a client has expired, or is about to. */
export type Expiry = 'never' | 'later' | 'soon' | 'past'

/**
 * Reckons by the server's clock, as far as its last answer told it. A secret that had expired when it came counts as one
 * that does not: the clocks disagree, and a new one would be no better.
 *
 * @param now - Seconds since the epoch, by the clock of this machine.
 * @param skew - Seconds before its end from which a secret counts as about to expire; at most half its lifetime.
 */
export function expiry(
  { client, clockOffset = 0, receivedAt = 0 }: StoredRegistration,
  now: number,
  skew: number,
): Expiry {
  const { client_secret, client_secret_expires_at: end = 0 } = client ?? {}
  if (!client_secret || end === 0) return 'never'
  const lifetime = end - receivedAt
  if (lifetime <= 0) return 'never'
  const left = end - (now + clockOffset)
  if (left <= 0) return 'past'
  return left <= Math.min(skew, lifetime / 2) ? 'soon' : 'later'
}

/** Whether the secret has to be renewed by now. */
export function isDue(stored: StoredRegistration, { now, skew }: Pick<Wanted, 'now' | 'skew'>): boolean {
  return /past|soon/.test(expiry(stored, now, skew))
}
