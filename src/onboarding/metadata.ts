import type { DcrError } from '../errors.js'
import { type Call, openCall } from '../http/call.js'
import { isUnset, type JsonObject, without } from '../json.js'
import { checkMembers, checkWhole, isSpecified, SERVER_MEMBERS, snapshot } from '../metadata/checking.js'
import { clientInformationGuards } from '../metadata/schemas.js'
import type { Provider } from '../providers/provider.js'
import type { ClientMetadata } from '../types.js'
import type { Path, Reader } from './reading.js'
import { suggestion } from './suggestion.js'

/** All members that a client may ask for by a specification. */
export const METADATA_MEMBERS: readonly string[] = Object.keys(clientInformationGuards).filter(
  (member) => !SERVER_MEMBERS.has(member),
)

/** The metadata at one place of a manifest. */
export interface Part {
  readonly members: JsonObject
  /** Whether nothing was wrong with them. */
  readonly isSound: boolean
}

export const NOTHING: Part = { members: {}, isSound: true }

/** The metadata at one place of a manifest, each member checked on its own and with its variables in place. */
export function partOf(
  value: unknown,
  path: Path,
  reader: Reader,
  providers: readonly (Provider | undefined)[] = [],
): Part {
  const found = reader.problems.length
  const copy: JsonObject = {}
  for (const [member, given] of Object.entries(reader.object(value, path) ?? {})) {
    const place = [...path, member]
    if (member === 'metadata' && !isKnown(member, providers)) {
      reader.refuse(place, 'no client has a member metadata: its members stand here themselves')
      continue
    }
    const meant = likelyMeant(member, providers)
    if (meant) {
      reader.refuse(place, `no specification has this member; did you mean ${meant}?`)
      continue
    }
    const before = reader.problems.length
    const taken = reader.copied(given, place)
    // What is wrong with it already is told once.
    if (reader.problems.length === before) check({ [member]: taken }, place, reader, checkMembers)
    Object.defineProperty(copy, member, {
      value: taken,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return { members: copy, isSound: reader.problems.length === found }
}

/** The whole of what a client asks for, refused where it contradicts itself or is too large. */
export function wholeOf(parts: readonly Part[], path: Path, reader: Reader): ClientMetadata {
  const whole = without(Object.fromEntries(parts.flatMap(({ members }) => Object.entries(members))), isUnset)
  if (parts.every(({ isSound }) => isSound)) check(whole, path, reader, checkWhole)
  return whole as ClientMetadata
}

function check(
  metadata: JsonObject,
  path: Path,
  reader: Reader,
  checked: (metadata: JsonObject, call: Call) => void,
): void {
  try {
    checked(without(snapshot(metadata, CALL), isUnset), CALL)
  } catch (error) {
    reader.refuse(path, told(error))
  }
}

const CALL: Call = /* @__PURE__ */ openCall('manifest')

/** What an error of the library says, without what every problem of a manifest says. */
export function told(error: unknown): string {
  return (error as DcrError).message.replace(/^manifest: /, '').replace(/\. Nothing was sent\.$/, '')
}

/** The member of a specification that one that is in none was most likely meant to be. */
export function likelyMeant(
  member: string,
  providers: readonly (Provider | undefined)[],
): string | undefined {
  return isKnown(member, providers) ? undefined : suggestion(member, METADATA_MEMBERS)
}

/** A server's own members are its own to name: those of the profiles are known. */
function isKnown(member: string, providers: readonly (Provider | undefined)[]): boolean {
  if (isSpecified(member)) return true
  return providers.some((provider) => provider?.members?.includes(member))
}
