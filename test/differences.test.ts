import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ClientInformation, differences } from '../src/index.js'
import { canonical } from '../src/metadata/canonical.js'

const values = fc.oneof(
  fc.constantFrom('a', 'a b', 'b a', 1, -0, true, null, Number.NaN, {}),
  fc.jsonValue({ maxDepth: 3 }),
)
/** Often equal, or equal but for their order. */
const pairs = fc.oneof(
  fc.tuple(values, values),
  values.map((value) => [value, structuredClone(value)]),
  fc.array(values, { maxLength: 4 }).map((list) => [list, [...list].reverse()]),
  fc.array(values, { maxLength: 4 }).map((list) => [list, [...list]]),
)

test('two values differ where their canonical JSON does, whatever short way is taken', () => {
  fc.assert(
    fc.property(pairs, fc.constantFrom('scope', 'x5c', 'contacts'), (pair, member) => {
      const [wanted, given] = pair as [unknown, unknown]
      const isUnset = (wanted ?? '') === ''
      const granted = { client_id: 'c1', [member]: given } as ClientInformation
      const isEqual = canonical(member, wanted) === canonical(member, given)
      if (!isUnset) expect(differences({ [member]: wanted }, granted)).toHaveLength(isEqual ? 0 : 1)
    }),
    { numRuns: 500 },
  )
})

test('a hole in a list is nothing that a server can have granted', () => {
  const contacts = new Array(1)
  const granted: ClientInformation = { client_id: 'c1', contacts: ['ops@example.com'] }
  expect(differences({ contacts }, granted)).toEqual([
    { member: 'contacts', requested: contacts, granted: granted.contacts },
  ])
})
