import { truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startFrame } from '../../../src/stores/journal/frames.js'
import { registration } from '../file/registration.js'
import { emptyPlace, type Place } from './place.js'

/** Bytes: of those from one save to the next, each so many is a place where a write has broken off. */
const STEP = 13

/** Three saves, and where each of them ends. */
async function threeSaves(place: Place): Promise<number[]> {
  const ends: number[] = []
  for (const key of ['a', 'b', 'c']) {
    await place.store.set(key, registration(key))
    ends.push(place.bytes().length)
  }
  await place.idle()
  return ends
}

const clientsOf = async (store: Place['store']) =>
  (await store.list()).map(([key, { client }]) => `${key}: ${client?.client_id}`).sort()

describe('a write that broke off, as a process is killed or the power fails', () => {
  for (const [what, tail] of [
    ['ends the file', ''],
    ['is followed by zeros, where room was made already', '\0'.repeat(5000)],
  ] as const) {
    test(`${what}: all before it is there, it is not, and the next save is`, async () => {
      const place = emptyPlace()
      const [, second = 0, third = 0] = await threeSaves(place)
      const whole = place.bytes()
      let count = 0
      for (let length = second; length < third; length += STEP) {
        writeFileSync(place.file, Buffer.concat([whole.subarray(0, length), Buffer.from(tail)]))
        const [next, reader] = [place.open(), place.open()]
        expect(await clientsOf(next), `${length}`).toEqual(['a: a', 'b: b'])
        expect(await clientsOf(reader)).toEqual(['a: a', 'b: b'])
        expect(await next.set('d', registration('d'))).toEqual(expect.any(String))
        const after = ['a: a', 'b: b', 'd: d']
        expect(await clientsOf(next)).toEqual(after)
        // Who had read it before, and who reads it anew.
        expect(await clientsOf(reader)).toEqual(after)
        expect(await clientsOf(place.open())).toEqual(after)
        await place.idle()
        count++
      }
      expect(count).toBeGreaterThan(20)
    })
  }

  test('and then another that begins, which breaks off too', async () => {
    const place = emptyPlace()
    const [, second = 0] = await threeSaves(place)
    const whole = place.bytes()
    const start = startFrame('another')
    for (const cut of [second + 20, second + 60, second + 150, second + 250]) {
      for (const length of [2, 20, 33, 34, 40, start.length - 1]) {
        writeFileSync(
          place.file,
          Buffer.concat([whole.subarray(0, cut), start.subarray(0, length), start.subarray(0, length)]),
        )
        const next = place.open()
        expect(await clientsOf(next), `${cut} ${length}`).toEqual(['a: a', 'b: b'])
        expect(await next.set('d', registration('d'))).toEqual(expect.any(String))
        expect(await clientsOf(place.open())).toEqual(['a: a', 'b: b', 'd: d'])
        await place.idle()
      }
    }
  })

  test('is not read by who reads at that moment, and then is', async () => {
    const place = emptyPlace()
    const [, second = 0] = await threeSaves(place)
    const whole = place.bytes()
    truncateSync(place.file, second + 100)
    const reader = place.open()
    expect(await clientsOf(reader)).toEqual(['a: a', 'b: b'])
    writeFileSync(place.file, whole)
    expect(await clientsOf(reader)).toEqual(['a: a', 'b: b', 'c: c'])
  })
})
