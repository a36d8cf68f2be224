import { createHash } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'

const TEXTS = ['', 'a', '{"client_name":"Größe"}', '𝔸'.repeat(3000), 'half of a pair: \ud800']

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

test.each([
  ['of Node', process],
  ['of an older Node', { getBuiltinModule: () => ({ createHash }) }],
  ['of a runtime without modules of its own', undefined],
  ['of a page that pretends to be Node', { env: {} }],
  ['of one that has no such module', { getBuiltinModule: () => undefined }],
])('is the same with the process %s', async (_name, found) => {
  vi.stubGlobal('process', found)
  const { sha256 } = await import('../../src/stores/sha256.js')
  for (const text of TEXTS)
    expect(await sha256(text)).toBe(createHash('sha256').update(new TextEncoder().encode(text)).digest('hex'))
})
