import { expect, test } from 'vitest'
import { scanJson } from '../../src/http/json-scan.js'
import { checkedLimits } from '../../src/http/limits.js'

/* What the scanner costs at worst: a server chooses the text, and the process waits for it. */

const LIMITS = checkedLimits([], Error)
const size = 262_144
const texts: Record<string, string> = {
  'levels of lists': '['.repeat(size),
  'levels of objects': '{"a":'.repeat(size / 5),
  members: `{${Array.from({ length: size / 9 }, (_, n) => `"${n + 1e4}":1`).join()}}`,
  'one member, again and again': `{${'"a":1,'.repeat(size / 6)}"a":1}`,
  items: `[${'1,'.repeat(size / 2)}1]`,
  'one string': `{"a":"${'x'.repeat(size)}"}`,
  'escaped quotes': `{"a":"${'\\"'.repeat(size / 2)}"}`,
  'lone surrogates': `{"a":"${'\\ud800'.repeat(size / 6)}"}`,
  spaces: ' '.repeat(size),
  digits: `[${'9'.repeat(size)}]`,
  backslashes: `"${'\\'.repeat(size)}`,
}
/** Milliseconds; of the processor, as others use the machine too, and the best of some, as the first compile it. */
const cost = (text: string) => {
  const costs = Array.from({ length: 5 }, () => {
    const began = process.cpuUsage()
    scanJson(text, LIMITS)
    return process.cpuUsage(began).user / 1000
  })
  return Math.min(...costs)
}
test.each(Object.entries(texts))('I133: 256 KiB of %s take less than 50 ms', (_, text) => {
  expect(cost(text)).toBeLessThan(50)
})
