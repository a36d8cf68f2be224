import { endOfNumber } from './json-number.js'
import type { EveryLimit } from './limits.js'

/** What the text of a JSON document is like, found in one pass and without recursion. */
export interface Scan {
  /** Where it stops being JSON: a UTF-16 unit of the text, its length if it ends before it is whole. */
  readonly brokenAt?: number
  readonly isTooDeep: boolean
  readonly hasTooMany: boolean
  /** The members of the outermost object whose value is complete, and neither an object nor a list. */
  readonly scalars: readonly Span[]
  readonly oddities: readonly Oddity[]
}

/** A member of the outermost object: its name, and where its value begins and ends. */
export type Span = readonly [name: string, start: number, end: number]

/** What JSON allows, and nobody can mean. */
export interface Oddity {
  readonly kind: 'duplicate' | 'prototype' | 'long' | 'infinite' | 'surrogate'
  /** The member of the outermost object that it is in. */
  readonly member: string
  /** Whether it is that member itself, and not within it. */
  readonly isOutermost: boolean
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const NINE = 0x39
const OPEN = { object: 0x7b, list: 0x5b }
const CLOSE = { object: 0x7d, list: 0x5d }

/** What may stand behind a backslash. */
const ESCAPE = /["\\/bfnrt]|u[\da-fA-F]{4}/y
/** With `u`, the halves of a pair are one character: it matches a half that is alone. */
export const LONE_SURROGATE = /\p{Cs}/u
const WORDS = ['true', 'false', 'null']
/** Characters of the shortest number that is read as infinite: `9e308`. */
const SHORTEST_INFINITE = 5

export function scanJson(
  text: string,
  limits: Pick<EveryLimit, 'jsonDepth' | 'jsonMembers' | 'stringLength'>,
): Scan {
  const { jsonDepth, jsonMembers, stringLength } = limits
  const scalars: Span[] = []
  const oddities: Oddity[] = []
  /** The names seen in each object that is open, undefined for a list. */
  const open: (Set<string> | undefined)[] = []
  let members = 0
  let isTooDeep = false
  let hasTooMany = false
  let member = ''
  let at = 0

  const skip = () => {
    for (;;) {
      const code = text.charCodeAt(at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
      at++
    }
  }
  const fail = (where: number) => {
    at = where
    return undefined
  }
  const note = (kind: Oddity['kind']) => oddities.push({ kind, member, isOutermost: open.length === 1 })
  /** Moves behind a string, and gives its value where it has to be known. */
  const string = (isName: boolean): string | undefined => {
    const start = at
    let isEscaped = false
    // A variable of this function alone is the fastest there is, and this is where most of the text goes by.
    let here = start
    for (;;) {
      const code = text.charCodeAt(++here)
      if (code === QUOTE) break
      if (code === BACKSLASH) {
        isEscaped = true
        ESCAPE.lastIndex = here + 1
        if (ESCAPE.test(text)) here = ESCAPE.lastIndex - 1
        else return fail(here)
      }
      // At the end of the text it is NaN.
      else if (!(code >= 0x20)) return fail(here)
    }
    at = here + 1
    if (!isName && !isEscaped && at - start - 2 <= stringLength) return ''
    const raw = text.slice(start, at)
    const value: string = isEscaped ? JSON.parse(raw) : raw.slice(1, -1)
    if (isName && open.length === 1) member = value
    if (value.length > stringLength) note('long')
    if (isEscaped && LONE_SURROGATE.test(value)) note('surrogate')
    return value
  }
  /** Moves behind a name and its colon. */
  const name = (seen: Set<string>): boolean => {
    if (skip() !== QUOTE) return false
    const value = string(true)
    if (value === undefined || skip() !== COLON) return false
    at++
    hasTooMany ||= ++members > jsonMembers
    if (value === '__proto__') note('prototype')
    if (seen.has(value)) note('duplicate')
    // What is over the limits is refused, whatever else it is.
    else if (!isTooDeep && !hasTooMany) seen.add(value)
    return true
  }
  const scalar = (code: number): boolean => {
    if (code === QUOTE) return string(false) !== undefined
    const start = at
    const word = code > NINE ? WORDS.find((each) => text.startsWith(each, start)) : undefined
    at = word ? start + word.length : endOfNumber(text, start)
    if (at - start >= SHORTEST_INFINITE && !word && !Number.isFinite(Number(text.slice(start, at))))
      note('infinite')
    return at > start
  }
  const end = (brokenAt?: number): Scan => ({
    ...(brokenAt !== undefined && { brokenAt: Math.min(brokenAt, text.length) }),
    isTooDeep,
    hasTooMany,
    scalars,
    oddities,
  })

  for (;;) {
    const code = skip()
    const isObject = code === OPEN.object
    if (isObject || code === OPEN.list) {
      at++
      isTooDeep ||= open.length >= jsonDepth
      const seen = isObject ? new Set<string>() : undefined
      open.push(seen)
      if (skip() !== (isObject ? CLOSE.object : CLOSE.list)) {
        if (seen && !name(seen)) return end(at)
        continue
      }
    } else {
      const start = at
      if (!scalar(code)) return end(at)
      // A number at the end of a text may go on behind it.
      if (open.length === 1 && open[0] && (code === QUOTE || at < text.length))
        scalars.push([member, start, at])
    }
    for (;;) {
      if (open.length === 0) {
        skip()
        return at < text.length ? end(at) : end()
      }
      const seen = open[open.length - 1]
      const next = skip()
      if (next === COMMA) {
        at++
        if (seen && !name(seen)) return end(at)
        break
      }
      if (next !== (seen ? CLOSE.object : CLOSE.list)) return end(at)
      at++
      open.pop()
    }
  }
}
