import { expect, test } from 'vitest'
import { scanJson } from '../../src/http/json-scan.js'

/* The scanner is held against JSON.parse, which decides what JSON is. */

const LIMITS = {
  bodyBytes: 262_144,
  headerBytes: 16_384,
  jsonDepth: 32,
  jsonMembers: 2000,
  stringLength: 65_536,
  firstByte: 15_000,
  idle: 10_000,
  requestBytes: 65_536,
}
const scan = (text: string) => scanJson(text, LIMITS)

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Numbers from a seed, the same in every run. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >> 8) % below
  }
}

// biome-ignore format: as many as fit
const PIECES = ['{', '}', '[', ']', ',', ':', '"', '"a"', '"b"', '"a":', '1', '-', '-0', '0', '.5', 'e3', 'E+1', '1e400', 'true', 'null', 'fals', '\\', '\\u00', '\\ud800', '\\n', '\\x', ' ', '\n', '\t', '\r', '\u0001', '\u007f', '\ufeff', 'é', '//', '"__proto__":', '"\\u0061":']

test('I147, I148: what is JSON, and what is not, is decided as by JSON.parse', () => {
  const next = numbersFrom(20_260_101)
  let accepted = 0
  for (let count = 0; count < 15_000; count++) {
    const text = Array.from({ length: 1 + next(8) }, () => PIECES[next(PIECES.length)]).join('')
    const { brokenAt } = scan(text)
    if (brokenAt === undefined) accepted++
    if ((brokenAt === undefined) !== parses(text))
      expect.fail(`differs from JSON.parse: ${JSON.stringify(text)}`)
  }
  expect(accepted).toBeGreaterThan(300)
})

/** JSON with something of everything. */
const EVERYTHING = '{"a":"x\\u00e9\\n","b":[1,-0.5e+3,true,null,{"c":{}}],"d":{"e":[[]],"f":""},"g":false}'

test('I148: every text that is cut, or has one character too many, is no JSON but where JSON.parse says so', () => {
  for (let at = 0; at <= EVERYTHING.length; at++) {
    const cut = EVERYTHING.slice(0, at)
    expect(scan(cut).brokenAt === undefined, cut).toBe(parses(cut))
    for (const odd of ['"', '\\', ',', '0', '{', ']', '\0', 'e', ' ']) {
      const text = `${cut}${odd}${EVERYTHING.slice(at)}`
      expect(scan(text).brokenAt === undefined, text).toBe(parses(text))
    }
  }
})

test('the place where it breaks', () => {
  const places: Record<string, number> = {
    '': 0,
    '{"a":1': 6,
    '{"a":1,}': 7,
    '{"a" 1}': 5,
    '{"a":"x\ny"}': 7,
    '{"a":"\\x"}': 6,
    '[1,]': 3,
    '{}{}': 2,
    '{"a":01}': 6,
    "{'a':1}": 1,
  }
  for (const [text, place] of Object.entries(places)) expect(scan(text).brokenAt, text).toBe(place)
})

test('the scalars of a text that is cut anywhere are those that are complete', () => {
  const text = '{"a":"x","b":12,"c":{"d":1},"e":true,"f":null}'
  const whole = { a: 'x', b: 12, e: true, f: null }
  for (let at = 0; at <= text.length; at++) {
    const found = scan(text.slice(0, at)).scalars.map(([name, start, end]) => [
      name,
      JSON.parse(text.slice(start, end)),
    ])
    const expected = Object.entries(whole).filter(([name, value]) => {
      const end = text.indexOf(`"${name}":`) + 4 + JSON.stringify(value).length
      return at >= end + (typeof value === 'string' ? 0 : 1)
    })
    expect(found, text.slice(0, at)).toEqual(expected)
  }
})
