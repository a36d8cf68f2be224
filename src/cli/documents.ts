import { isRecord, type JsonObject } from '../json.js'
import { UsageError } from './errors.js'

/**
 * The object in a text of JSON or YAML. What is wrong is told by line and column and never with the text, which may hold
 * secrets.
 *
 * @param name - What the text is called: a path, or `stdin`.
 * @throws {UsageError} What stands there is no such object.
 */
export async function parseDocument(text: string, name: string): Promise<JsonObject> {
  const yaml = await import('./yaml.js')
  const lineCounter = new yaml.LineCounter()
  // Its own search for names that occur twice compares each with all others.
  const document = yaml.parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false })
  const broken = (position: number, what: string) => {
    const { line, col } = lineCounter.linePos(position)
    return new UsageError(`${name}:${line}:${col}: this is neither JSON nor YAML: ${what}`)
  }
  const [problem] = [...document.errors, ...document.warnings]
  // What follows a colon or a quote is what was found.
  if (problem) throw broken(problem.pos[0], problem.message.replace(/\s*[:"'`].*$/s, ''))
  yaml.visit(document, {
    Map(_key, { items }) {
      const names = new Set<unknown>()
      for (const { key } of items) {
        if (!yaml.isScalar(key)) continue
        if (names.has(key.value)) throw broken(key.range?.[0] ?? 0, 'a member stands here twice')
        names.add(key.value)
      }
    },
    Pair(_key, { key, value }, path) {
      const parent = path.at(-1)
      const isMissing =
        value === null || (yaml.isScalar(value) && value.source === '' && value.type === 'PLAIN')
      // To YAML nothing is a value. Between braces it is a slip, and in JSON no value at all.
      if (isMissing && yaml.isMap(parent) && parent.flow && yaml.isNode(key))
        throw broken(key.range?.[1] ?? 0, 'a member has no value')
    },
  })
  const value = plain(document, name)
  if (isRecord(value)) return value
  throw new UsageError(`${name}:1:1: this must be an object with members, such as {"client_name": "App"}`)
}

function plain(document: { toJS(options: { maxAliasCount: number }): unknown }, name: string): unknown {
  try {
    // No document about a client has any use for them, and some can be made to fill the memory.
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    throw new UsageError(`${name}: aliases (*name) are not taken`)
  }
}
