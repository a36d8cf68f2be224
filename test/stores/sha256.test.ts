import { expect, test, vi } from 'vitest'
import { sha256 } from '../../src/stores/sha256.js'

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('of %j it is what FIPS 180-4 says', async (text, expected) => {
  expect(await sha256(text)).toBe(expected)
})

test('it is the same where there is WebCrypto alone', async () => {
  const texts = ['', 'é', 'アプリ', '\ud800', 'x'.repeat(10_000)]
  const here = await Promise.all(texts.map(sha256))
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
  const elsewhere = await Promise.all(texts.map(sha256)).finally(() => builtin.mockRestore())
  expect(elsewhere).toEqual(here)
})
