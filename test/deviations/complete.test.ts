import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Of the survey of servers. */
const KINDS = 50

test(`the table has each of the ${KINDS} kinds of deviation once, under a name of its own`, () => {
  const folder = new URL('./', import.meta.url)
  const rows = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts') && file !== 'complete.test.ts')
    .flatMap((file) => [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(/^deviation\((\d+), '([^']+)', /gm),
    ])
    .map(([, number, name]) => ({ number: Number(number), name }))
  rows.sort((a, b) => a.number - b.number)
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: KINDS }, (_, index) => index + 1))
  expect(new Set(rows.map(({ name }) => name)).size).toBe(KINDS)
})
