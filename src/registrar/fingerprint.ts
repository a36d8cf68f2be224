import { isEmptyList, type JsonObject, without } from '../json.js'
import { canonical } from '../metadata/canonical.js'
import { differences } from '../metadata/differences.js'
import { sha256 } from '../stores/sha256.js'
import type { ClientInformation } from '../types.js'

/**
 * The fingerprint of what is asked for: SHA-256, in hexadecimal, of its canonical JSON. The order of members, of
 * scopes and of most lists does not matter.
 *
 * @see RFC 8785
 */
export function fingerprint(requested: JsonObject): Promise<string> {
  const members = Object.entries(comparable(requested))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([member, value]) => `${JSON.stringify(member)}:${canonical(member, value)}`)
  return sha256(`{${members}}`)
}

/** Members that servers fill in where they are absent, and not where they are empty (RFC 7591 §2). */
const WITH_DEFAULT = new Set(['grant_types', 'response_types'])

/** What is asked for, without lists that ask for nothing. */
function comparable(requested: JsonObject): JsonObject {
  return without(requested, (value, member) => isEmptyList(value) && !WITH_DEFAULT.has(member))
}

/** The members in which two requests differ. */
export function changedMembers(earlier: JsonObject, later: JsonObject): string[] {
  const [before, after] = [comparable(earlier), comparable(later)]
  const members = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...members].filter(
    (member) => canonical(member, before[member]) !== canonical(member, after[member]),
  )
}

/** The members that a client does not have as they are asked for. */
export function lackingMembers(client: ClientInformation, requested: JsonObject): string[] {
  return differences(comparable(requested), client).map(({ member }) => member)
}
