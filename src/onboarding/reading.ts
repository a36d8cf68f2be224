import { isRecord, type JsonObject } from '../json.js'
import { LONGEST_NAME, printable } from '../printable.js'
import type { ManifestProblem } from './manifest-error.js'
import { suggestion } from './suggestion.js'

export type Path = ManifestProblem['path']

/** Environment variables: letters, digits and `_`, as shells have them. */
const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Units of text in all metadata of a manifest, after its defaults, variables and aliases are in place. Ten thousand
 * clients come to a sixth of it; a document whose aliases multiply would fill the memory.
 */
const LARGEST = 64 * 1024 * 1024

/** Objects and lists within each other: what a server is sent has five at most, and a cycle has no end. */
const DEEPEST = 32

/** Reads the parts of a manifest, and notes all that is wrong with them. */
export class Reader {
  readonly problems: ManifestProblem[] = []
  readonly environment: Readonly<Record<string, string | undefined>>
  #left = LARGEST

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.environment = environment
  }

  refuse(path: Path, message: string): void {
    this.problems.push({ path, message })
  }

  /** An object; of the known members only, if any are named. */
  object(value: unknown, path: Path, known?: readonly string[]): JsonObject | undefined {
    if (!isRecord(value)) return void this.refuse(path, 'must be an object with members')
    for (const member of known ? Object.keys(value) : []) {
      if (known?.includes(member)) continue
      const meant = suggestion(member, known ?? [])
      const repair = meant ? `did you mean ${meant}?` : `there are ${known?.join(', ')}`
      this.refuse([...path, member], `${printable(member, LONGEST_NAME)} is no member of this; ${repair}`)
    }
    return value
  }

  /** A text with its variables in place. */
  text(value: unknown, path: Path): string | undefined {
    if (typeof value === 'string' && value !== '') return this.#replaced(value, path)
    return void this.refuse(path, 'must be a text')
  }

  /** One of some words, as it stands. */
  word<Word extends string>(value: unknown, path: Path, words: readonly Word[]): Word | undefined {
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    const meant = typeof value === 'string' ? suggestion(value, words) : undefined
    const repair = meant ? `did you mean ${meant}?` : `there are ${words.join(', ')}`
    return void this.refuse(path, `must be one of the known names; ${repair}`)
  }

  /** A copy of any value, with the variables in all its texts in place. */
  copied(value: unknown, path: Path, depth = 0): unknown {
    if (!this.#spend(1, path)) return undefined
    if (typeof value === 'string') return this.#replaced(value, path)
    if (typeof value !== 'object' || value === null) return value
    if (depth >= DEEPEST) return void this.refuse(path, `is nested more than ${DEEPEST} deep`)
    if (Array.isArray(value))
      return value.map((item, index) => this.copied(item, [...path, index], depth + 1))
    if (!isRecord(value)) return value
    const members = Object.entries(value).map(([member, inner]) => {
      this.#spend(member.length, path)
      return [member, this.copied(inner, [...path, member], depth + 1)]
    })
    return Object.fromEntries(members)
  }

  /** Counts what is made; tells it once when it is too much, and makes no more. */
  #spend(units: number, path: Path): boolean {
    const had = this.#left
    this.#left -= units
    if (had >= 0 && this.#left < 0)
      this.refuse(path, `the manifest comes to more than ${LARGEST} characters here; split it`)
    return this.#left >= 0
  }

  #replaced(text: string, path: Path): string {
    if (!this.#spend(text.length, path) || !text.includes('${')) return text
    return text.replace(VARIABLE, (found, name?: string, otherwise?: string) => {
      if (found === '$${') return '${'
      if (name === undefined) {
        this.refuse(
          path,
          `has a \${ that begins no variable: write \${NAME}, \${NAME:-default}, or $\${ for itself`,
        )
        return ''
      }
      // As shells have it: a variable that is set and empty has the default too.
      const value = Object.hasOwn(this.environment, name) ? this.environment[name] : undefined
      if (value || otherwise !== undefined) return value || (otherwise ?? '')
      this.refuse(path, `the environment variable ${name} is not set, or empty; a default is \${${name}:-…}`)
      return ''
    })
  }
}
