import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aesGcm } from '../../src/stores/encryption.js'
import { decode, encode } from '../../src/stores/envelope.js'
import type { StoredRegistration } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { KEY } from './samples.js'

const PLACE = 'the file /var/lib/app/clients/1'
const SECRET = 's3cret'
const stored: StoredRegistration = {
  issuer: 'https://as.example.com',
  client: { client_id: 'é1', client_secret: SECRET },
}
const encryption = aesGcm([{ id: 'k1', key: new Uint8Array(32).fill(7) }])
const ways = { 'in clear': undefined, encrypted: encryption }

/** A text as a file gives it: what is not UTF-8 is replaced. */
const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

for (const [way, encryption] of Object.entries(ways)) {
  describe(`a registration ${way}`, () => {
    const written = () => encode(KEY, stored, 'r1', encryption)

    test('is two lines of JSON or base64, the first one about it', async () => {
      const lines = (await written()).split('\n')
      expect(lines).toHaveLength(3)
      expect(lines[2]).toBe('')
      expect(JSON.parse(`${lines[0]}`)).toEqual({
        format: 1,
        key: KEY,
        revision: 'r1',
        ...(encryption && { sealed: 'k1' }),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      })
    })

    const refused = async (text: string, what = 'is damaged') => {
      const error = await failureOf(decode(text, PLACE, encryption))
      expect(error).toMatchObject({ name: 'DcrError', code: 'store_unreadable', outcome: 'not_sent' })
      expect(error.message).toContain(`${PLACE} ${what}`)
      expect(`${error.stack}${error.cause}`).not.toContain(SECRET)
    }

    const outcomes = async (texts: string[]) => {
      const read = (text: string) =>
        decode(text, PLACE, encryption).then(
          () => 'read',
          ({ code }) => code,
        )
      return [...new Set(await Promise.all(texts.map(read)))]
    }

    test('is refused where it is cut off, at every byte', async () => {
      const bytes = Buffer.from(await written())
      const texts = Array.from(bytes, (_, length) => textOf(bytes.subarray(0, length)))
      expect(await outcomes(texts)).toEqual(['store_unreadable'])
    })

    test('is refused with any one bit flipped', async () => {
      const bytes = Buffer.from(await written())
      const texts = Array.from({ length: bytes.length * 8 }, (_, bit) => {
        const flipped = Uint8Array.from(bytes)
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return textOf(flipped)
      })
      expect(await outcomes(texts)).toEqual(['store_unreadable'])
    })

    test('is refused when it is something else', async () => {
      const text = await written()
      const [first = '', second = ''] = text.split('\n')
      const other = await encode('another key', { issuer: 'https://other.example.com' }, 'r1', encryption)
      const [otherFirst, otherSecond] = other.split('\n')
      const header = JSON.parse(first)
      const texts = [
        '\0',
        '\0'.repeat(text.length),
        '\n',
        '\n\n',
        ' ',
        'null\nnull\n',
        '[]\n{}\n',
        '{}\n{}\n',
        '1\n1\n',
        text.trimEnd(),
        `${text}\n`,
        `${text} `,
        `${text}${text}`,
        `\ufeff${text}`,
        `${text}\0\0\0`,
        ` ${second}\n${first}\n`,
        text.replaceAll('\n', '\r\n'),
        `${first}\n${otherSecond}\n`,
        `${otherFirst}\n${second}\n`,
        `${JSON.stringify({ ...header, format: '1' })}\n${second}\n`,
        `${JSON.stringify({ ...header, format: 0 })}\n${second}\n`,
        `${JSON.stringify({ ...header, format: null })}\n${second}\n`,
        `${JSON.stringify({ ...header, key: 'another key' })}\n${second}\n`,
        `${JSON.stringify({ ...header, key: [KEY] })}\n${second}\n`,
        `${JSON.stringify({ ...header, revision: 'r2' })}\n${second}\n`,
        `${JSON.stringify({ ...header, revision: undefined })}\n${second}\n`,
        `${JSON.stringify({ ...header, sealed: 'k2' })}\n${second}\n`,
        `${JSON.stringify({ ...header, sealed: null })}\n${second}\n`,
        `${JSON.stringify({ ...header, sha256: undefined })}\n${second}\n`,
      ]
      for (const damaged of texts) await refused(damaged)
    })

    test('that is damaged is told by the key in its first line, which may be anything', async () => {
      const [first = ''] = (await written()).split('\n')
      await refused(`${first}\ndamage\n`, `is damaged (its first line says it is of ${KEY})`)
      const odd = JSON.stringify({ key: `\u001b[2J${'x'.repeat(10_000)}` })
      const error = await failureOf(decode(odd, PLACE, encryption))
      expect(error.message).toContain('it is of \\u{1b}[2Jxxx')
      expect(error.message.length).toBeLessThan(700)
    })

    test('of a later version is left to that version, whatever it holds', async () => {
      const [first = '', second] = (await written()).split('\n')
      const what = 'was written by a later version of dcr-client (format 99)'
      const { message } = await failureOf(decode('{"format":99}', PLACE, encryption))
      expect(message).toContain('use that version')
      await refused(`${first.replace('"format":1', '"format":99')}\n${second}\n`, what)
      await refused('{"format":99}', what)
    })

    test('comes back as it was, whatever JSON it is and whatever its key', async () => {
      // Any UTF-16 at all, also what is no character.
      const anything = fc
        .array(fc.integer({ min: 0, max: 0xffff }))
        .map((units) => String.fromCharCode(...units))
      const registrations = fc.record({
        issuer: anything,
        client: fc.dictionary(anything, fc.jsonValue({ maxDepth: 3 })),
        server: fc.jsonValue({ maxDepth: 3 }),
      })
      const property = fc.asyncProperty(anything, registrations, anything, async (key, given, revision) => {
        const text = await encode(key, given as StoredRegistration, revision, encryption)
        const file = textOf(new TextEncoder().encode(text))
        expect(file).toBe(text)
        const json = JSON.parse(JSON.stringify(given))
        expect(await decode(file, PLACE, encryption)).toStrictEqual({ key, stored: { ...json, revision } })
      })
      // The same inputs each time: what is found by one is found by all.
      await fc.assert(property, { numRuns: 100, seed: 20260728 })
    })
  })
}

test('what is whole and no registration is refused', async () => {
  for (const none of [[], {}, { issuer: 1 }, null] as unknown as StoredRegistration[]) {
    const text = await encode(KEY, { ...none }, 'r1')
    const error = await failureOf(decode(text, PLACE))
    expect(error).toMatchObject({ name: 'DcrError', code: 'store_unreadable' })
  }
})

test('the revision that a registration was read with is not kept beside the new one', async () => {
  const text = await encode(KEY, { ...stored, revision: 'r1' }, 'r2')
  expect(text).not.toContain('r1')
  expect((await decode(text, PLACE)).stored.revision).toBe('r2')
})
