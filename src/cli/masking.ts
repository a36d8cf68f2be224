import { isRecord } from '../json.js'

/** What stands in place of a secret. */
export const MASK = '••••'

/** The members whose values prove somebody to be somebody (RFC 7591 §3.2.1, RFC 6749 §5.1, RFC 7591 §2.3, RFC 7517). */
const SECRET_MEMBERS = new Set([
  'client_secret',
  'registration_access_token',
  'access_token',
  'refresh_token',
  'id_token',
  'client_assertion',
  'software_statement',
  ...['d', 'k', 'p', 'q', 'dp', 'dq', 'qi'],
])

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

/** Members of one or two letters are secrets in a key alone. */
function isSecret(member: string, of: object): boolean {
  return SECRET_MEMBERS.has(member) && (member.length > 2 || 'kty' in of)
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
    typeof inner === 'string' && isSecret(member, value) ? MASK : replaced(inner, secrets),
  ])
  return Object.fromEntries(members)
}
