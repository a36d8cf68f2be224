import { isRecord, type JsonObject } from '../json.js'
import { UsageError } from './errors.js'
import { broken, problemOf } from './yaml-problem.js'

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
  const refused = (position = 0, what: string) => {
    const { line, col } = lineCounter.linePos(position)
    return new UsageError(`${name}:${line}:${col}: ${what}`)
  }
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) throw refused(problem.pos[0], problemOf(problem))
  yaml.visit(document, {
    Map(_key, { items }) {
      const names = new Set<unknown>()
      for (const { key } of items) {
        if (yaml.isCollection(key)) throw refused(key.range?.[0], 'a name must be a text')
        if (!yaml.isScalar(key)) continue
        // In quotes, as in JSON, it is a name like any other.
        if (key.source === '<<' && key.type === 'PLAIN')
          throw refused(key.range?.[0], 'merge keys (<<) are for manifests, and not taken here')
        if (names.has(key.value)) throw refused(key.range?.[0], broken('a member stands here twice'))
        names.add(key.value)
      }
    },
    // No document about a client has any use for them, and some can be made to fill the memory.
    Alias(_key, { range }) {
      throw refused(range?.[0], 'aliases (*name) are for manifests, and not taken here')
    },
    Pair(_key, { key, value }, path) {
      const parent = path.at(-1)
      const isMissing =
        value === null || (yaml.isScalar(value) && value.source === '' && value.type === 'PLAIN')
      // To YAML nothing is a value. Between braces it is a slip, and in JSON no value at all.
      if (isMissing && yaml.isMap(parent) && parent.flow && yaml.isNode(key))
        throw refused(key.range?.[1], broken('a member has no value'))
    },
  })
  const value: unknown = document.toJS()
  if (isRecord(value)) return value
  throw new UsageError(`${name}:1:1: this must be an object with members, such as {"client_name": "App"}`)
}
