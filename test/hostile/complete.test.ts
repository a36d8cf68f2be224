import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** How many numbers each group of the list of faults has left out on the way: it counts 1, 2, 3, 4, 6, 7, 8, 9, 11 and so on. */
const GROUPS: readonly [group: string, numbers: string][] = [
  ['A', '1-4 6-9 11-14 16'],
  ['B', '17-19 21-24 26-29'],
  ['C', '31-34 36-39 41-44'],
  ['D', '46-49 51-54 56-58'],
  ['E', '59 61-64 66-69 71-74 76-79 81'],
  ['F', '82-84 86-89 91-92'],
  ['G', '93-94 96-99 101-104 106-109 111-112'],
  ['H', '113-114 116-119 121-124 126-128'],
  ['I', '129 131-134 136-139 141-144 146-148'],
  ['J', '149 151-154 156-159 161-164 166-169'],
  ['K', '171-174 176-179 181-184 186-189 191'],
  ['L', '192-194 196-199 201-204 206-209 211-214 216-217'],
  ['M', '218-219 221-224 226-229 231'],
  ['N', '232-234 236-239 241-243'],
  ['O', '244 246-249 251-253'],
  ['U', '327-329 331-334'],
  ['V', '336-339 341-343'],
]

const CASES = GROUPS.flatMap(([group, numbers]) =>
  numbers.split(' ').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from(
      { length: last - first + 1 },
      (_, index) => `${group}${`${first + index}`.padStart(3, '0')}`,
    )
  }),
)

const root = new URL('../', import.meta.url)

test('every case of the list of faults has a test by its number, or a reason in docs/security.md', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const tests = files.filter((file) => file.endsWith('.ts') && !file.endsWith('complete.test.ts'))
  const named = tests.flatMap(
    (file) => readFileSync(new URL(file, root), 'utf8').match(/\b[A-V]\d{3}\b/g) ?? [],
  )
  const table =
    readFileSync(new URL('../docs/security.md', root), 'utf8').match(/^\| [A-V]\d{3}.*?\|/gm) ?? []
  const explained = table.flatMap((row) => row.match(/[A-V]\d{3}/g) ?? [])

  expect(CASES.filter((name) => !named.includes(name) && !explained.includes(name))).toEqual([])
  expect(explained.filter((name) => named.includes(name) || !CASES.includes(name))).toEqual([])
})
