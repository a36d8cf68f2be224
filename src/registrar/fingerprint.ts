import { canonical } from '../canonical.js'
import type { JsonObject } from '../json.js'
import { sha256 } from '../stores/sha256.js'

/**
 * The fingerprint of what is asked for: SHA-256, in hexadecimal, of its canonical JSON. The order of members, of
 * lists and of scopes does not matter.
 *
 * @see RFC 8785
 */
export function fingerprint(requested: JsonObject): Promise<string> {
  const members = Object.entries(requested)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([member, value]) => `${JSON.stringify(member)}:${canonical(member, value)}`)
  return sha256(`{${members}}`)
}

/** The members in which two requests differ. */
export function changedMembers(before: JsonObject, after: JsonObject): string[] {
  const members = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...members].filter(
    (member) => canonical(member, before[member]) !== canonical(member, after[member]),
  )
}
