import { describe, expect, test } from 'vitest'
import { checkedLimits, setBy } from '../../src/http/limits.js'

const DEFAULTS = {
  bodyBytes: 262_144,
  headerBytes: 16_384,
  jsonDepth: 32,
  jsonMembers: 2000,
  stringLength: 65_536,
  firstByte: 15_000,
  idle: 10_000,
  requestBytes: 65_536,
}
const checked = (...layers: unknown[]) => checkedLimits(layers, Error)

test.each<[name: string, layers: unknown[]]>([
  ['none', []],
  ['none in each layer', [undefined, undefined]],
  ['an empty object', [{}]],
  ['members that are not given', [{ idle: undefined }]],
])('%s: the defaults', (_, layers) => {
  expect(checked(...layers)).toEqual(DEFAULTS)
})

test('the last that was given of each counts, and the rest keeps its default', () => {
  const limits = checked({ idle: 1, bodyBytes: 2 }, undefined, { idle: 3, jsonDepth: undefined })
  expect(limits).toEqual({ ...DEFAULTS, idle: 3, bodyBytes: 2 })
  expect(checked(undefined, { idle: 4 })).toEqual({ ...DEFAULTS, idle: 4 })
  expect(checked()).toEqual(DEFAULTS)
})

describe('each limit', () => {
  test.each(Object.keys(DEFAULTS))('%s', (name) => {
    const most = name === 'jsonDepth' ? 1000 : 2_147_483_647
    for (const value of [1, most]) expect(checked({ [name]: value })).toEqual({ ...DEFAULTS, [name]: value })
    for (const value of [0, -1, 1.5, most + 1, Number.NaN, Number.POSITIVE_INFINITY, '10', null, {}, true]) {
      expect(() => checked({ [name]: value }), `${value}`).toThrow(
        `limits.${name} must be a whole number, at least 1 and at most ${most}`,
      )
    }
  })
})

test.each([null, 1, '1', true, [], [{}]])('%j is no object of limits', (layer) => {
  expect(() => checked(layer)).toThrow('limits must be an object')
  expect(() => checked({}, layer)).toThrow('limits must be an object')
})

test.each(['bodybytes', 'toString', 'constructor', ''])('a limit that there is not: "%s"', (name) => {
  expect(() => checked({ [name]: 1 })).toThrow(`limits must be of ${Object.keys(DEFAULTS).join(', ')}`)
})

test('what others put into every object counts for nothing', () => {
  expect(checked(Object.create({ idle: 1 }))).toEqual(DEFAULTS)
  expect(checked(JSON.parse('{"idle":5}'))).toEqual({ ...DEFAULTS, idle: 5 })
  expect(() => checked(JSON.parse('{"__proto__":{}}'))).toThrow('limits must be of')
})

test('an error names the option', () => {
  expect(setBy('idle')).toBe('the option limits.idle sets that')
})
