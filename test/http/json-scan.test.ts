import { describe, expect, test } from 'vitest'
import { type Oddity, scanJson } from '../../src/http/json-scan.js'
import { checkedLimits, type Limits } from '../../src/http/limits.js'

/* What the scanner finds in JSON. What it takes for JSON is in test/hostile/json-scan.test.ts. */

const scan = (text: string, limits: Limits = {}) => scanJson(text, checkedLimits([limits], Error))
const oddities = (text: string, limits?: Limits) =>
  scan(text, limits).oddities.map(({ kind, member, isOutermost }) => `${kind} ${member} ${isOutermost}`)

test('of a plain document: its scalars, and nothing odd', () => {
  const text = ' { "a" : "x" ,\n"b":[1],"c":{"d":1},\t"e":true,"f":-1.5e3,"":null\r} '
  const { scalars, ...found } = scan(text)
  expect(found).toEqual({ isTooDeep: false, hasTooMany: false, oddities: [] })
  expect(scalars.map(([name, start, end]) => [name, text.slice(start, end)])).toEqual([
    ['a', '"x"'],
    ['e', 'true'],
    ['f', '-1.5e3'],
    ['', 'null'],
  ])
})

test('what JSON has of numbers and strings', () => {
  const text = '[-0,0.5,1e5,1E+5,1.5e-5," ~\u007f\u00e9","\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"]'
  expect(scan(text).brokenAt).toBeUndefined()
})

test.each(['[1,"a"]', '1', '"a"', '[{"a":1}]', '{"a":[{"b":1}]}', '{}', '[]'])(
  '%s has no scalar members',
  (text) => {
    expect(scan(text)).toEqual({ isTooDeep: false, hasTooMany: false, scalars: [], oddities: [] })
  },
)

test('a number at the end of a text that is cut may go on behind it, a string may not', () => {
  expect(scan('{"a":"x","b":1').scalars).toEqual([['a', 5, 8]])
  expect(scan('{"a":"x","b":1 ').scalars.map(([name]) => name)).toEqual(['a', 'b'])
  expect(scan('{"a":"x"').scalars).toEqual([['a', 5, 8]])
  expect(scan('{"a":1').brokenAt).toBe(6)
})

test.each<[text: string, brokenAt: number]>([
  ['', 0],
  ['  ', 2],
  ['{', 1],
  ['[', 1],
  ['{"a"', 4],
  ['{"a":', 5],
  ['{"a":1,', 7],
  ['{"a":1]', 6],
  ['[1}', 2],
  ['[1 2]', 3],
  ['{1:2}', 1],
  ['{"a" "b"}', 5],
  ['{,}', 1],
  ['[,]', 1],
  ['[1,]', 3],
  ['"a', 2],
  ['"a\\', 2],
  ['"a\\x"', 2],
  ['"a\\u12g4"', 2],
  ['"a\u001f"', 2],
  ['{"a\n:1}', 3],
  ['tru', 0],
  ['nul', 0],
  ['truefalse', 4],
  ['1 1', 2],
  ['-', 0],
  ['1.', 0],
  ['1e', 0],
  ['01', 1],
  ['{} x', 3],
  [']', 0],
])('%j breaks at %i', (text, brokenAt) => {
  expect(scan(text).brokenAt).toBe(brokenAt)
})

describe('the limits', () => {
  test.each([
    ['[[[]]]', '[[[[]]]]'],
    ['{"a":{"a":{}}}', '{"a":{"a":{"a":{}}}}'],
    ['[{"a":[]},[[]],{}]', '[{"a":[{}]}]'],
  ])('of depth: %s is not too deep, %s is', (fits, passes) => {
    expect(scan(fits, { jsonDepth: 3 }).isTooDeep).toBe(false)
    expect(scan(passes, { jsonDepth: 3 }).isTooDeep).toBe(true)
    expect(scan(passes, { jsonDepth: 3 }).brokenAt).toBeUndefined()
  })

  test('what was too deep stays so', () => {
    expect(scan('[[[[]]],[]]', { jsonDepth: 3 }).isTooDeep).toBe(true)
  })

  test('of members: those of all objects count, and what is in lists does not', () => {
    expect(scan('{"a":{"b":1},"c":[1,2,3,4,5]}', { jsonMembers: 3 }).hasTooMany).toBe(false)
    expect(scan('{"a":{"b":1},"c":[{"d":1}]}', { jsonMembers: 3 }).hasTooMany).toBe(true)
    expect(scan('{"a":1,"a":1,"a":1,"a":1}', { jsonMembers: 3 }).hasTooMany).toBe(true)
  })

  test('what is over a limit is refused, and not looked at for members that are there twice', () => {
    expect(oddities('[[{"a":1,"a":2}]]', { jsonDepth: 3 })).toEqual(['duplicate  false'])
    expect(oddities('[[{"a":1,"a":2}]]', { jsonDepth: 2 })).toEqual([])
    expect(oddities('{"b":1,"a":1,"a":2}', { jsonMembers: 2 })).toEqual(['duplicate a true'])
    expect(oddities('{"b":1,"a":1,"a":2}', { jsonMembers: 1 })).toEqual([])
  })

  test.each<[text: string, found: string[]]>([
    ['{"a":"xxx"}', []],
    ['{"a":"xxxx"}', ['long a true']],
    ['{"a":["xxxx",{"b":"xxxx"}]}', ['long a false', 'long a false']],
    ['{"a":"\\u0061\\u0061\\u0061"}', []],
    ['{"a":"\\u0061\\u0061\\u0061\\u0061"}', ['long a true']],
    ['{"a":"\\n\\n\\n"}', []],
    ['{"xxx":1}', []],
    ['{"xxxx":1}', ['long xxxx true']],
    ['{"a":{"xxxx":1}}', ['long a false']],
    ['["xxxx"]', ['long  true']],
  ])('of strings: %s', (text, found) => {
    expect(oddities(text, { stringLength: 3 })).toEqual(found)
  })
})

describe('what is odd, and the member it is in', () => {
  test.each<[text: string, found: string[]]>([
    ['{"a":1,"b":1,"a":2}', ['duplicate a true']],
    ['{"a":1,"\\u0061":2}', ['duplicate a true']],
    ['{"a":{"b":1,"b":2}}', ['duplicate a false']],
    ['{"a":{"b":1},"b":2}', []],
    ['{"a":[{"b":1},{"b":1}]}', []],
    ['{"__proto__":1}', ['prototype __proto__ true']],
    ['{"a":{"__proto__":1}}', ['prototype a false']],
    [
      '{"\\u005f_proto__":1,"__proto__":2}',
      ['prototype __proto__ true', 'prototype __proto__ true', 'duplicate __proto__ true'],
    ],
    ['{"a":"__proto__"}', []],
    ['{"a":1e308,"b":9e307,"c":-1e308,"d":1e-999,"e":0e9999}', []],
    ['{"a":9e308}', ['infinite a true']],
    ['{"a":1e400,"b":-1e400,"c":[1E+999]}', ['infinite a true', 'infinite b true', 'infinite c false']],
    [`{"a":1${'0'.repeat(308)},"b":1}`, []],
    [`{"a":1${'0'.repeat(309)},"b":1}`, ['infinite a true']],
    ['{"a":"1e400","b":false}', []],
    ['{"a":"\\ud800"}', ['surrogate a true']],
    ['{"a":"\\udc00x"}', ['surrogate a true']],
    ['{"a":"\\ud83d\\ude00"}', []],
    ['{"a":["\\ude00\\ud83d"]}', ['surrogate a false']],
    ['{"a":{"\\ud800":1}}', ['surrogate a false']],
    ['{"\\ud800":1}', ['surrogate \ud800 true']],
    ['{"a":"\\\\ud800"}', []],
    ['{"a":{"b":1},"c":1e999}', ['infinite c true']],
    ['{"a":[[1e999]],"b":{"c":{"d":1e999}}}', ['infinite a false', 'infinite b false']],
    ['[1e999]', ['infinite  true']],
    ['1e999', ['infinite  false']],
  ])('%s', (text, found) => {
    expect(oddities(text)).toEqual(found)
  })

  test('is found in a text that is cut, too', () => {
    const expected: Oddity[] = [{ kind: 'duplicate', member: 'a', isOutermost: true }]
    expect(scan('{"a":1,"a":').oddities).toEqual(expected)
  })
})
