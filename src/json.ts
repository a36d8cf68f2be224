export type JsonObject = Record<string, unknown>

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What says "not set", in what a client sends and in what a server answers (RFC 7592 §2.2). */
export function isUnset(value: unknown): boolean {
  return (value ?? '') === ''
}

/** What servers answer for "not set": for no key set, Ory Hydra has `{}` and SimpleIdServer `{"keys":[]}`. */
export function saysNothing(value: unknown): boolean {
  const isEmptyList = (member: unknown) => Array.isArray(member) && member.length === 0
  return isUnset(value) || (isRecord(value) && Object.values(value).every(isEmptyList))
}

export function without<T extends object>(
  members: T,
  unwanted: (value: unknown, member: string) => boolean,
): T {
  return Object.fromEntries(
    Object.entries(members).filter(([member, value]) => !unwanted(value, member)),
  ) as T
}
