import { isRecord, type JsonObject } from '../json.js'
import type { Flaw } from './body.js'
import type { Call } from './call.js'
import { contradiction, mended } from './json-oddities.js'
import { type Scan, scanJson } from './json-scan.js'
import { setBy } from './limits.js'

/** What a server answered, read as JSON. */
export interface AnsweredJson {
  /** Undefined where there is none, or none that can be used. */
  readonly json: unknown
  /** Why it cannot be used, and what of it is certain all the same. */
  readonly flaw?: Flaw | undefined
  readonly members: JsonObject
}

const NOTHING: AnsweredJson = { json: undefined, members: {} }

/** Reads the JSON of a success: within the limits, once, and without what cannot be kept. */
export function readJson(text: string, cut: Flaw | undefined, call: Call): AnsweredJson {
  const scan = scanJson(text, call.limits)
  const flaw = cut ?? flawOf(scan, text, call)
  if (flaw) return { json: undefined, flaw, members: certain(scan, text, call) }
  // An answer need not have a body.
  if (scan.brokenAt !== undefined) return NOTHING
  const json: unknown = JSON.parse(text)
  return {
    json: scan.oddities.length > 0 && isRecord(json) ? mended(json, scan.oddities, call) : json,
    members: {},
  }
}

/** Reads what a refusal says of itself. Nothing in it is kept, so that only its depth is of interest. */
export function readRefusal(text: string, cut: Flaw | undefined, call: Call): unknown {
  const scan = scanJson(text, call.limits)
  const isWhole = !cut && scan.brokenAt === undefined && !scan.isTooDeep
  if (isWhole) return JSON.parse(text)
  return scan.scalars.length > 0 ? certain(scan, text, call) : undefined
}

function flawOf(scan: Scan, text: string, call: Call): Flaw | undefined {
  const { jsonDepth, jsonMembers } = call.limits
  const refused = (what: string): Flaw => ({
    code: 'invalid_response',
    what: `with ${what}`,
    outcome: 'applied',
  })
  if (scan.isTooDeep) return refused(`JSON of more than ${jsonDepth} levels; ${setBy('jsonDepth')}`)
  if (scan.hasTooMany) return refused(`JSON of more than ${jsonMembers} members; ${setBy('jsonMembers')}`)
  const { brokenAt } = scan
  if (brokenAt === undefined) {
    const what = contradiction(scan.oddities, call)
    return what === undefined ? undefined : refused(what)
  }
  // What does not even begin as JSON is another kind of answer.
  if (text.slice(0, brokenAt).trim() === '') return undefined
  const what =
    brokenAt < text.length
      ? `JSON that is wrong at character ${brokenAt}`
      : `JSON that breaks off at character ${brokenAt}`
  // A gateway may have written it: it takes a client_id to be sure.
  return { ...refused(what), outcome: 'unknown' }
}

/** The members that can be read whatever is wrong with the rest. */
function certain({ scalars }: Scan, text: string, { limits }: Call): JsonObject {
  const members = scalars
    .map(([name, start, end]) => [name, JSON.parse(text.slice(start, end))] as const)
    .filter(([name, value]) => name !== '__proto__' && isCertain(value, limits.stringLength))
  return Object.fromEntries(members)
}

/** U+FFFD stands where bytes were no UTF-8, and infinity where a number was too large: nobody knows what was meant. */
function isCertain(value: unknown, longest: number): boolean {
  if (typeof value === 'string') return value.length <= longest && !value.includes('\ufffd')
  return typeof value === 'boolean' || Number.isFinite(value)
}
