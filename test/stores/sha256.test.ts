import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sha256, sha256In } from '../../src/stores/sha256.js'

const TEXTS = ['', 'a', '{"client_name":"Größe"}', '𝔸'.repeat(3000), 'half of a pair: \ud800']

test.each([
  ['of Node', process],
  ['of an older Node', { getBuiltinModule: () => ({ createHash }) }],
  ['of a runtime without modules of its own', undefined],
  ['of a page that pretends to be Node', { env: {} }],
  ['of one that has no such module', { getBuiltinModule: () => undefined }],
])('is the same with the process %s', async (_name, found) => {
  const hash = sha256In({ process: found } as Parameters<typeof sha256In>[0])
  for (const text of TEXTS) expect(await hash(text)).toBe(expected(text))
})

test('is that of the runtime it runs in', async () => {
  for (const text of TEXTS) expect(await sha256(text)).toBe(expected(text))
})

function expected(text: string): string {
  return createHash('sha256').update(new TextEncoder().encode(text)).digest('hex')
}
