import { invalidMetadata } from '../../refusal.js'

/** By `kty`: the members a public key must have, and those that would make it a private one (RFC 7518 section 6). */
const KEY_TYPES: Readonly<Record<string, { needed: readonly string[]; secret: readonly string[] }>> = {
  EC: { needed: ['crv', 'x', 'y'], secret: ['d'] },
  OKP: { needed: ['crv', 'x'], secret: ['d'] },
  RSA: { needed: ['e', 'n'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'] },
}

export function checkKeySet({ jwks, jwks_uri }: Readonly<Record<string, unknown>>): void {
  if (jwks === undefined) return
  if (jwks_uri !== undefined) throw invalidMetadata('jwks and jwks_uri must not be used at the same time')
  const keys: unknown = isObject(jwks) ? jwks.keys : undefined
  if (!Array.isArray(keys) || !keys.every(isPublicKey)) {
    throw invalidMetadata('client JSON Web Key Set is invalid')
  }
}

/** RFC 7517 section 5: a key of a type the server does not know is left alone. */
function isPublicKey(key: unknown): boolean {
  if (!isObject(key) || !isNonEmptyString(key.kty) || key.kty === 'oct') return false
  if (!Object.hasOwn(KEY_TYPES, key.kty)) return true
  const { needed = [], secret = [] } = KEY_TYPES[key.kty] ?? {}
  return (
    needed.every((name) => isNonEmptyString(key[name])) &&
    secret.every((name) => key[name] === undefined) &&
    ['alg', 'kid', 'use'].every((name) => key[name] === undefined || isNonEmptyString(key[name]))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNonEmptyString(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
