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
  const { LineCounter, parseDocument: parse } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parse(text, { lineCounter, prettyErrors: false, uniqueKeys: true })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) {
    const { line, col } = lineCounter.linePos(problem.pos[0])
    // What follows a colon or a quote is what was found.
    const what = problem.message.replace(/\s*[:"'`].*$/s, '')
    throw new UsageError(`${name}:${line}:${col}: this is neither JSON nor YAML: ${what}`)
  }
  const value = valueIn(document, name)
  if (isRecord(value)) return value
  throw new UsageError(`${name}:1:1: this must be an object with members, such as {"client_name": "App"}`)
}

function valueIn(document: { toJS(options: { maxAliasCount: number }): unknown }, name: string): unknown {
  try {
    // No document about a client has any use for them, and some can be made to fill the memory.
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    throw new UsageError(`${name}: aliases (*name) are not taken`)
  }
}
