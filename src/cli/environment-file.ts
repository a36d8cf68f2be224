import { isRecord } from '../json.js'
import { hasOddCharacter } from './visible.js'

/** What can stand in an environment file as it is, for every shell and every reader of such files. */
const PLAIN = /^[\w./:@%+,-]+$/

/** The members of an object as variables, `client_id` as `CLIENT_ID`: lists of words with spaces between them. */
export function environmentOf(value: object, prefix = ''): Record<string, string> {
  const set = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(set.map(([member, inner]) => [`${prefix}${member.toUpperCase()}`, textOf(inner)]))
}

/**
 * The same as lines of an environment file, which a shell can read, and what reads `.env` files.
 *
 * @returns The lines, and the variables that cannot be written so: those with a line break, for instance.
 */
export function environmentLines(value: object, prefix = ''): { lines: string[]; leftOut: string[] } {
  const lines: string[] = []
  const leftOut: string[] = []
  for (const [name, text] of Object.entries(environmentOf(value, prefix))) {
    // A quote within quotes is written in another way by each reader.
    const isWritable = /^[A-Z_][A-Z0-9_]*$/i.test(name) && !hasOddCharacter(text) && !text.includes("'")
    if (isWritable) lines.push(`${name}=${PLAIN.test(text) ? text : `'${text}'`}`)
    else leftOut.push(name)
  }
  return { lines, leftOut }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const isWords =
    Array.isArray(value) && value.every((item) => typeof item === 'string' && /^\S+$/.test(item))
  if (isWords) return value.join(' ')
  return isRecord(value) || Array.isArray(value) ? JSON.stringify(value) : `${value}`
}
