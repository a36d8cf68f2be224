import { statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startFrame } from '../../../src/stores/journal/frames.js'
import { failureOf } from '../../failure-of.js'
import { registration } from '../file/registration.js'
import { emptyPlace, type Place } from './place.js'

async function filledPlace() {
  const place = emptyPlace()
  const ends: number[] = []
  // In one turn: where another begins may be a save that broke off.
  await place.store.lock('all', async () => {
    for (const key of ['a', 'b', 'c']) {
      await place.store.set(key, registration(key))
      ends.push(place.bytes().length)
    }
  })
  await place.idle()
  return { ...place, ends }
}

async function expectRefusal({ open, file, bytes }: Place): Promise<void> {
  const [before, { ino, mtimeMs }] = [bytes(), statSync(file)]
  const store = open()
  const calls = [
    store.get('a'),
    store.get('none'),
    store.set('d', registration('d')),
    store.delete('a'),
    store.list(),
    store.lock('a', async () => {}),
  ]
  for (const error of await Promise.all(calls.map(failureOf))) {
    expect(error).toMatchObject({ name: 'DcrError', code: 'store_unreadable', outcome: 'not_sent' })
    expect(error.message).toContain(file)
    expect(error.message).not.toContain('secre')
  }
  expect(bytes().equals(before)).toBe(true)
  expect(statSync(file)).toMatchObject({ ino, mtimeMs })
}

describe('a damaged journal is refused, and stays as it is', () => {
  test('one bit of any byte ahead of the last save', async () => {
    const place = await filledPlace()
    const whole = place.bytes()
    const [, end = 0] = place.ends
    for (let at = 0; at < end; at += 13) {
      const damaged = Buffer.from(whole)
      damaged[at] = (damaged[at] ?? 0) ^ 0x04
      writeFileSync(place.file, damaged)
      const error = await failureOf(place.open().list())
      expect(error, `byte ${at} of ${end}`).toMatchObject({ code: 'store_unreadable' })
      expect(error.message).toContain(`${place.file} is damaged at byte `)
    }
  })

  test('a cut in its first frame, or ahead of it: as a journal begins with a whole one, that is no save that broke off', async () => {
    const place = await filledPlace()
    const whole = place.bytes()
    const first = startFrame('of any writer').length
    for (const rest of ['', '\0'.repeat(5000), startFrame('another').toString()]) {
      for (let length = 0; length < first; length += 13) {
        writeFileSync(place.file, Buffer.concat([whole.subarray(0, length), Buffer.from(rest)]))
        if (length === 0 && rest.includes('journal')) continue
        const error = await failureOf(place.open().get('a'))
        expect(error, `${length} ${rest}`).toMatchObject({ code: 'store_unreadable' })
        expect(error.message).toContain(`${place.file} is damaged at byte 0,`)
      }
    }
    writeFileSync(place.file, '')
    await expectRefusal(place)
  })

  const damages: Record<string, (bytes: Buffer, ends: readonly number[]) => Buffer> = {
    'a save cut out of the middle': (bytes, [first = 0, second]) =>
      Buffer.concat([bytes.subarray(0, first + 200), bytes.subarray(second)]),
    'zeros in the middle': (bytes, [first = 0]) => Buffer.from(bytes).fill(0, first + 50, first + 300),
    'its beginning is gone': (bytes, [first]) => bytes.subarray(first),
    'something else': () => Buffer.from('{"format":1}\n{}\n'),
    'no text': () => Buffer.from([0xff, 0xfe, 0x0a, 0x00, 0x0a, 0x31]),
    'another checksum of the last save': (bytes) =>
      Buffer.from(`${bytes}`.replace(/"secret"(?!.*"secret")/s, '"secreu"')),
  }
  for (const [what, damage] of Object.entries(damages)) {
    test(what, async () => {
      const place = await filledPlace()
      const damaged = damage(place.bytes(), place.ends)
      expect(damaged.equals(place.bytes())).toBe(false)
      writeFileSync(place.file, damaged)
      await expectRefusal(place)
    })
  }

  test('one of a later version, which is told', async () => {
    const place = await filledPlace()
    writeFileSync(place.file, Buffer.concat([place.bytes(), startFrame('of a later version', 2)]))
    await expectRefusal(place)
    const error = await failureOf(place.store.get('a'))
    expect(error.message).toMatch(/was written by a later version of dcr-client \(format 2\), and is left/)
  })

  test('until it is restored: the same store goes on', async () => {
    const place = await filledPlace()
    const whole = place.bytes()
    writeFileSync(place.file, 'damaged\n\n\n')
    expect(await failureOf(place.store.get('a'))).toMatchObject({ code: 'store_unreadable' })
    writeFileSync(place.file, whole)
    expect((await place.store.get('a'))?.client?.client_id).toBe('a')
    expect(await place.store.list()).toHaveLength(3)
  })
})
