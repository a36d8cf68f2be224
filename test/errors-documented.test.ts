import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../src/index.js'
import { EXAMPLES, exampleOf } from './error-examples.js'

/* docs/errors.md has a section for each code, with a message that the library really prints. */

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

/** The sections of the document by their codes. */
const sections = new Map(
  read('docs/errors.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^`(\w+)`/.exec(section)?.[1] ?? section, section] as const),
)

/** The codes as the source has them. */
const codes = [
  ...(/type ErrorCode =([\s\S]*?)\n\n/.exec(read('src/errors.ts'))?.[1] ?? '').matchAll(/\| '(\w+)'/g),
]
  .map(([, code = '']) => code)
  .sort()

test('every code has a section, and no other', () => {
  expect(codes.length).toBeGreaterThan(30)
  expect([...sections.keys()].sort()).toEqual(codes)
  expect(Object.keys(EXAMPLES).sort()).toEqual(codes)
})

/** The folder and the port that a run happens to get are shown as those of the document. */
const asShown = (message: string) =>
  message
    .replace(/(?<=\s|')\/\S*?dcr-errors-\w+/g, '/var/lib/app/clients')
    .replace(/(127\.0\.0\.1):\d+/, '$1:8080')

const inOneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

describe('the example is what is printed', () => {
  test.each(Object.keys(EXAMPLES) as ErrorCode[])('%s', async (code) => {
    const section = sections.get(code) ?? ''
    const error = await exampleOf(code)
    expect(error.code).toBe(code)
    const [, example = ''] = /^```text\n([\s\S]*?)^```$/m.exec(section) ?? []
    expect(inOneLine(example)).toBe(inOneLine(asShown(error.message)))
    const [, outcomes = ''] = /^- \*\*Request\*\*: (.+)$/m.exec(section) ?? []
    expect(outcomes).toContain(`\`${error.outcome}\``)
  })
})
