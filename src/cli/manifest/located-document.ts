import { scanJson } from '../../http/json-scan.js'
import { printable } from '../../printable.js'
import { UsageError } from '../errors.js'
import { problemOf } from '../yaml-problem.js'

/** Parts of a path in a document: names of members, and places in lists. */
export type Path = readonly (string | number)[]

/** What a document of YAML or JSON says. */
export interface ParsedDocument {
  readonly value: unknown
  /** Finds out where in it everything stands. */
  located(): Promise<LocatedDocument>
}

/** A document of YAML or JSON, and where in it everything stands. */
export interface LocatedDocument {
  readonly value: unknown
  /** How many characters stand before a part, or before the nearest one around it. */
  offset(path: Path): number
  /** `FILE:LINE:COLUMN` */
  at(offset: number): string
}

/** A name that occurs in an alias; ten times as many as the largest manifests have clients. */
const MOST_ALIASES = 100_000

/** Of objects and lists within each other; the metadata of a client have five at most. */
const DEEPEST = 100

/** Problems that are told; a person repairs no more at a time. */
const MOST_TOLD = 20

/**
 * Reads a text of YAML, of which JSON is a part. Its own words are not repeated: they may be secrets.
 *
 * @param name - What the text is called, such as its path.
 * @throws {UsageError} With every problem, by line and column.
 */
export async function documentIn(text: string, name: string): Promise<ParsedDocument> {
  if (isPlainJson(text)) return { value: JSON.parse(text), located: () => locatedDocument(text, name) }
  const document = await locatedDocument(text, name)
  return { value: document.value, located: async () => document }
}

/**
 * Whether a text is JSON that a reader of YAML would read alike, and without a problem. That reader takes fifty times as
 * long, and eighty times the size of the text in memory.
 */
function isPlainJson(text: string): boolean {
  const everything = Number.POSITIVE_INFINITY
  const limits = { jsonDepth: DEEPEST, jsonMembers: everything, stringLength: everything }
  if (!/^\s*\{/.test(text)) return false
  const { brokenAt, isTooDeep, oddities } = scanJson(text, limits)
  return brokenAt === undefined && !isTooDeep && oddities.length === 0
}

async function locatedDocument(text: string, name: string): Promise<LocatedDocument> {
  const { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit } = await import(
    '../yaml.js'
  )
  const lines = new LineCounter()
  // Its own search for names that occur twice takes minutes for ten thousand of them.
  // By merge keys (<<: *name) people share what clients have in common; as a member it would be sent.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true }
  const document = parseDocument(text, options)
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const problems = [...document.errors, ...document.warnings].map(
    (problem) => `${at(problem.pos[0])}: ${problemOf(problem)}`,
  )
  if (problems.length === 0) {
    visit(document, {
      Map(_key, { items }) {
        const names = new Set<unknown>()
        for (const { key } of items) {
          if (isCollection(key)) problems.push(`${at(key.range?.[0] ?? 0)}: a name must be a text`)
          if (!isScalar(key)) continue
          // 007 would be kept as 7, and ~ as null; << is a symbol.
          const isOther = !['string', 'symbol'].includes(typeof key.value)
          if (isOther && `${key.value}` !== key.source) {
            const what = `${shown(key.source)} is ${shown(key.value)} to YAML: write it in quotes`
            problems.push(`${at(key.range?.[0] ?? 0)}: ${what}`)
          }
          if (names.has(key.value))
            problems.push(`${at(key.range?.[0] ?? 0)}: ${shown(key.value)} stands here twice`)
          names.add(key.value)
        }
      },
      Alias(_key, alias) {
        const target = alias.resolve(document)
        const start = alias.range?.[0] ?? 0
        if (!target) problems.push(`${at(start)}: this alias (*name) has no anchor (&name) before it`)
        else if (target.range && target.range[0] <= start && start < target.range[1])
          problems.push(`${at(start)}: this alias (*name) stands in what it repeats`)
      },
    })
  }
  if (problems.length > 0) throw refused(problems)
  const offset = (path: Path): number => {
    let node: unknown = document.contents
    let found = 0
    for (const part of path) {
      const pair =
        isMap(node) && node.items.find(({ key }) => isScalar(key) && String(key.value) === `${part}`)
      const next: unknown = pair ? pair.key : Object(node).items?.[part]
      if (!isNode(next)) break
      found = next.range?.[0] ?? found
      node = pair ? pair.value : next
    }
    return found
  }
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }), offset, at }
  } catch (error) {
    if (!(error instanceof ReferenceError))
      throw refused([`${name}: a merge key (<<) takes an object, or a list of them`])
    throw refused([`${name}: aliases (*name) come to more than ${MOST_ALIASES}`])
  }
}

/** All problems as one error, a line for each. */
export function refused(problems: readonly string[]): UsageError {
  const more = problems.length - MOST_TOLD
  return new UsageError(
    [...problems.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
  )
}

function shown(name: unknown): string {
  // As long as the longest name of a client.
  return JSON.stringify(printable(`${name}`, 256))
}
