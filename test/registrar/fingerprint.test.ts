import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.js'
import { changedMembers, fingerprint } from '../../src/registrar/fingerprint.js'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('is the SHA-256 of canonical JSON', () => {
  test.each<[string, JsonObject, string]>([
    ['nothing', {}, '{}'],
    [
      'members, lists and scopes in order',
      {
        scope: 'openid email',
        redirect_uris: ['https://b.example/', 'https://a.example/'],
        client_name: 'App',
      },
      '{"client_name":"App","redirect_uris":["https://a.example/","https://b.example/"],"scope":["email","openid"]}',
    ],
    [
      'objects within',
      { jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519' }] }, x: [2, 10, true, null] },
      '{"jwks":{"keys":[{"crv":"Ed25519","kty":"OKP"}]},"x":[10,2,null,true]}',
    ],
    ['characters that JSON escapes', { client_name: 'é"\n\u2028', 'client_name#ja': '名' }, ''],
    ['names as UTF-16 has them in order', { '\u{1f600}': 1, '\ufb33': 2, 10: 3, 9: 4 }, ''],
  ])('%s', async (_name, requested, json) => {
    const expected =
      json ||
      `{${Object.keys(requested)
        .sort()
        .map((member) => `${JSON.stringify(member)}:${JSON.stringify(requested[member])}`)}}`
    expect(await fingerprint(requested)).toBe(sha256(expected))
  })

  test('a known one, that stays what it is from version to version', async () => {
    const requested = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App', scope: 'b a' }
    expect(await fingerprint(requested)).toBe(
      '75895fe640fcda1398d4db9ca14c84e6042ca7b52c673a06ab82d11d2ead34ab',
    )
  })
})

test.each<[string, JsonObject, JsonObject, boolean]>([
  ['preferences', { default_acr_values: ['a', 'b'] }, { default_acr_values: ['b', 'a'] }, false],
  ['a chain', { jwks: { keys: [{ x5c: ['a', 'b'] }] } }, { jwks: { keys: [{ x5c: ['b', 'a'] }] } }, false],
  ['contacts', { contacts: ['a', 'b'] }, { contacts: ['b', 'a'] }, true],
  ['a list of nobody and none', { contacts: [] }, {}, true],
  ['an empty list and a default', { response_types: [] }, {}, false],
])('%s: whether they are the same', async (_name, one, other, isSame) => {
  expect((await fingerprint(one)) === (await fingerprint(other))).toBe(isSame)
  expect(changedMembers(one, other)).toEqual(isSame ? [] : Object.keys(one))
})

const words = fc.stringMatching(/^[a-z]{1,6}$/)
const values = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.uniqueArray(words, { maxLength: 5 }),
  fc.dictionary(words, fc.oneof(fc.string(), fc.integer(), fc.array(words))),
)
const requests = fc.record({
  members: fc.dictionary(words, values),
  scope: fc.uniqueArray(words, { minLength: 1, maxLength: 5 }),
})
const asked = ({ members, scope }: { members: JsonObject; scope: string[] }): JsonObject => ({
  ...members,
  scope: scope.join(' '),
})

/** The same, with everything that has no order the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed).reverse()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, reversed(item)] as const)
      .reverse(),
  )
}

describe('of anything', () => {
  test('it is the same in any order', () =>
    fc.assert(
      fc.asyncProperty(requests, async ({ members, scope }) => {
        const other = asked({ members: reversed(members) as JsonObject, scope: [...scope].reverse() })
        const request = asked({ members, scope })
        expect(await fingerprint(other)).toBe(await fingerprint(request))
        expect(changedMembers(request, other)).toEqual([])
      }),
    ))

  test('it is another if a member is, or comes, or goes; and that member is named', () =>
    fc.assert(
      fc.asyncProperty(requests, words, fc.tuple(values, values), async (given, member, [one, other]) => {
        fc.pre(member !== 'scope' && JSON.stringify(sorted(one)) !== JSON.stringify(sorted(other)))
        // A list of nothing asks for nothing.
        fc.pre(![one, other].some((value) => Array.isArray(value) && value.length === 0))
        const { [member]: _, ...without } = asked(given)
        const seen = [without, { ...without, [member]: one }, { ...without, [member]: other }]
        expect(new Set(await Promise.all(seen.map(fingerprint))).size).toBe(3)
        for (const before of seen)
          for (const after of seen)
            expect(changedMembers(before, after)).toEqual(before === after ? [] : [member])
      }),
    ))
})

/** A value whose objects and lists are in the order of their texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort()
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([name, item]) => [name, sorted(item)])
    .sort()
}
