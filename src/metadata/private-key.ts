import { isRecord } from '../json.js'

/** Members of a JSON Web Key that are its owner's alone (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
export const PRIVATE_KEY_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

export function isPrivateKey(key: unknown): boolean {
  return isRecord(key) && PRIVATE_KEY_MEMBERS.some((member) => Object.hasOwn(key, member))
}
