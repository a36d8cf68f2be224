import { isRecord } from '../json.js'

/** What stands in place of a secret. */
export const MASK = '••••'

/**
 * The members whose values prove somebody to be somebody (RFC 7591 §2.3 and §3.2.1, RFC 6749 §5.1), and what servers call
 * secrets of their own, such as `clientSecret`.
 */
const SECRET_MEMBER = /(secret|token|password|assertion|private_?key|api_?key|software_statement)$/i

/** In a key (RFC 7517): elsewhere, members of one or two letters are anything. */
const SECRET_KEY_MEMBERS = new Set(['d', 'k', 'p', 'q', 'dp', 'dq', 'qi'])

/** The same value with its secrets masked, also where one of them is repeated in another text. */
export function masked(value: unknown): unknown {
  const secrets = [...secretsIn(value)].sort((one, other) => other.length - one.length)
  return replaced(value, secrets)
}

function* secretsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [member, inner] of Object.entries(value)) {
    if (typeof inner === 'string' && inner !== '' && isSecret(member, value)) yield inner
    else yield* secretsIn(inner)
  }
}

function isSecret(member: string, of: object): boolean {
  return SECRET_MEMBER.test(member) || (SECRET_KEY_MEMBERS.has(member) && 'kty' in of)
}

/** Shorter texts may stand anywhere by chance. Characters. */
const SHORTEST_REPEATED = 6

function replaced(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') {
    const repeated = secrets.filter(({ length }) => length >= SHORTEST_REPEATED)
    return repeated.reduce((text, secret) => text.replaceAll(secret, MASK), value)
  }
  if (Array.isArray(value)) return value.map((item) => replaced(item, secrets))
  if (!isRecord(value)) return value
  const members = Object.entries(value).map(([member, inner]) => [
    member,
    /^(string|number)$/.test(typeof inner) && isSecret(member, value) ? MASK : replaced(inner, secrets),
  ])
  return Object.fromEntries(members)
}
