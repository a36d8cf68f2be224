export type JsonObject = Record<string, unknown>

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object of members, and not one of a class: a Promise, a Map or a Date says nothing by its members. */
export function isPlain(value: unknown): value is JsonObject {
  return isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value))
}

/** What says "not set", in what a client sends and in what a server answers (RFC 7592 §2.2). */
export function isUnset(value: unknown): boolean {
  return (value ?? '') === ''
}

export function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

export function isEmpty(value: unknown): boolean {
  return isUnset(value) || isEmptyList(value)
}

/** What servers answer for "not set": for no key set, Ory Hydra has `{}` and SimpleIdServer `{"keys":[]}`. */
export function saysNothing(value: unknown): boolean {
  return isUnset(value) || (isRecord(value) && Object.values(value).every(isEmptyList))
}

export function only(members: object, wanted: (member: string) => boolean): JsonObject {
  return without(members as JsonObject, (_value, member) => !wanted(member))
}

export function without<T extends object>(
  members: T,
  unwanted: (value: unknown, member: string) => boolean,
): T {
  return Object.fromEntries(
    Object.entries(members).filter(([member, value]) => !unwanted(value, member)),
  ) as T
}
