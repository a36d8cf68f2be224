import { DcrError } from '../errors.js'
import { within } from '../http/call.js'
import { failure } from '../http/failure.js'
import { LONGEST_TIMER } from '../http/limits.js'
import type { AuthorizationServerMetadata } from '../types.js'
import { type Entry, isSameIssuer } from './entry.js'
import type { EnsureOptions } from './options.js'

/** The entry with the metadata that the caller's own way of discovery gives. The deadline of the call begins anew after it. */
export async function discovered(entry: Entry, discover: EnsureOptions['discover']): Promise<Entry> {
  const { issuer, call } = entry
  if (discover === undefined || entry.given) return entry
  if (typeof discover !== 'function')
    throw failure(call, 'invalid_argument', 'options.discover must be a function')
  const untimed = { ...call, expiresAt: performance.now() + LONGEST_TIMER }
  const given: AuthorizationServerMetadata = await within(untimed, () => discover(issuer)).catch((error) => {
    if (error instanceof DcrError) throw error
    // What a stranger's function throws may hold anything.
    throw failure(call, 'discovery_failed', 'the function that was given as options.discover failed')
  })
  const named: unknown = Object(given).issuer
  if (typeof named !== 'string' || !isSameIssuer(named, issuer)) {
    const what = 'the function that was given as options.discover gave no metadata of this issuer'
    throw failure(call, 'issuer_mismatch', what)
  }
  return { ...entry, given, call: { ...call, expiresAt: performance.now() + call.timeout } }
}
