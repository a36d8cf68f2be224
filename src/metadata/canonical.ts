/** Levels that are compared: deeper ones cannot be walked in every runtime, and no metadata has them. */
const DEEPEST = 32

/** The lists that are sequences: of preference (OpenID Connect Dynamic Client Registration 1.0 §2), and a chain (RFC 7517 §4.7). */
const SEQUENCES = ['default_acr_values', 'x5c']

/**
 * The value of a member as JSON that is the same for all that mean the same: members sorted by their names (as in RFC
 * 8785), lists and scopes sorted too, as nearly all lists of metadata are sets.
 */
export function canonical(member: string, value: unknown, depth = 0): string {
  if (depth > DEEPEST) return '"…"'
  if (member === 'scope' && typeof value === 'string') return canonical('', value.split(' '), depth)
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical('', item, depth + 1))
    return `[${SEQUENCES.includes(member) ? items : items.sort()}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(name, item, depth + 1)}`)}}`
}
