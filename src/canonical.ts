/** Levels that are compared: deeper ones cannot be walked in every runtime, and no metadata has them. */
const DEEPEST = 32

/**
 * The value of a member as JSON that is the same for all that mean the same: members sorted by their names (as in RFC
 * 8785), lists and scopes sorted too, as metadata has sets and no sequences.
 */
export function canonical(member: string, value: unknown, depth = 0): string {
  if (depth > DEEPEST) return '"…"'
  if (member === 'scope' && typeof value === 'string') return canonical('', value.split(' '), depth)
  if (Array.isArray(value)) return `[${value.map((item) => canonical('', item, depth + 1)).sort()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical('', item, depth + 1)}`)}}`
}
