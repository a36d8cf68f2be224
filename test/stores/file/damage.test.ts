import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../failure-of.js'
import { contents, filledPlace } from './place.js'
import { KEY, registration } from './registration.js'

const replaceIn = (from: string | RegExp, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString().replace(from, to))

const damages: Record<string, (bytes: Buffer) => Buffer> = {
  'nothing left': () => Buffer.alloc(0),
  'all NUL': (bytes) => Buffer.alloc(bytes.length),
  'cut in the middle': (bytes) => bytes.subarray(0, bytes.length >> 1),
  'without its last byte': (bytes) => bytes.subarray(0, -1),
  'one bit of the secret': replaceIn('"secret"', '"secreu"'),
  'the rest of a longer one behind it': (bytes) => Buffer.concat([bytes, bytes.subarray(-9)]),
  'another checksum': replaceIn(/"sha256":"../, '"sha256":"zz'),
  'bytes that are no text': (bytes) => Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]),
  'a later format': replaceIn('"format":1', '"format":99'),
  'the registration of another': replaceIn('default', 'another'),
  'an inherited name': () => Buffer.from('{"__proto__":{"format":1}}\n{}\n'),
  '100,000 levels': () => Buffer.from(`${'['.repeat(1e5)}\n{}\n`),
  'no JSON': () => Buffer.from('secret\nsecret\n'),
}

describe('a damaged file is not absent: it is refused, and stays as it is', () => {
  for (const [what, damage] of Object.entries(damages)) {
    test(what, async () => {
      const { store, open, directory, file, revision } = await filledPlace()
      const damaged = damage(readFileSync(file))
      expect(damaged.equals(readFileSync(file))).toBe(false)
      writeFileSync(file, damaged)
      const [{ ino, mtimeMs }, before] = [statSync(file), contents(directory)]
      const calls = [
        store.get(KEY),
        open().get(KEY),
        store.set(KEY, registration('new')),
        store.set(KEY, registration('new', revision)),
        store.delete(KEY),
        store.delete(KEY, revision),
        store.lock(KEY, () => store.set(KEY, registration('new'))),
        store.list(),
      ]
      for (const error of await Promise.all(calls.map(failureOf))) {
        expect(error).toMatchObject({ name: 'DcrError', code: 'store_unreadable', outcome: 'not_sent' })
        expect(error.message).toContain(file)
        expect(error.message).not.toContain('secre')
      }
      expect(readFileSync(file).equals(damaged)).toBe(true)
      expect(statSync(file)).toMatchObject({ ino, mtimeMs })
      expect(contents(directory)).toEqual(before)
    })
  }

  test('and touches no other client', async () => {
    const { store, file } = await filledPlace()
    writeFileSync(file, '')
    const revision = await store.set('another', registration('other'))
    expect(await store.get('another')).toEqual(registration('other', revision))
  })
})
