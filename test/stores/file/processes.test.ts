import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../failure-of.js'
import { ownTime } from './own-time.js'
import { contents, emptyPlace, filledPlace, type Place } from './place.js'
import { start, startUnderParentThatNeverWaits, withProcesses } from './processes.js'
import { KEY, registration } from './registration.js'

withProcesses()

/** Takes the lock; the milliseconds that it took, by the clock that {@link ownTime} sets. */
async function take({ open }: Place): Promise<number> {
  const begin = performance.now()
  await open().lock(KEY, async () => {})
  return performance.now() - begin
}

/** Milliseconds: less than the silence after which an owner is taken for dead of whom nothing is known. */
const AT_ONCE = 1_500

const pidIn = (line: string | undefined) => Number(line?.split(' ')[1])

describe('a process that is killed while it has the lock', () => {
  test('holds up nobody', async () => {
    ownTime()
    const place = emptyPlace()
    const holder = start([place.directory, 'hold'])
    await holder.line()
    const waiting = take(place)
    holder.process.kill('SIGKILL')
    expect(await waiting).toBeLessThan(AT_ONCE)
    await holder.ended
    expect(contents(place.directory)).toEqual([])
  })

  test('and that nobody waits for, so that it is still listed, neither', async () => {
    const place = emptyPlace()
    const holder = startUnderParentThatNeverWaits([place.directory, 'hold'])
    const pid = pidIn(await holder.line())
    process.kill(pid, 'SIGKILL')
    ownTime()
    expect(await take(place)).toBeLessThan(AT_ONCE)
    // It still has a number: that is what this test is about.
    process.kill(pid, 0)
  })
})

test('a process that is stopped keeps the lock, however long; once it is killed it has it no more', async () => {
  const place = emptyPlace()
  const holder = start([place.directory, 'hold'])
  await holder.line()
  holder.process.kill('SIGSTOP')
  const [owner = ''] = fs.readdirSync(place.lock)
  fs.utimesSync(join(place.lock, owner), 1, 1)
  const error = await failureOf(place.open().lock(KEY, async () => {}, AbortSignal.timeout(2_500)))
  expect(error.name).toBe('TimeoutError')
  expect(fs.readdirSync(place.lock)).toEqual([owner])
  holder.process.kill('SIGKILL')
  ownTime()
  expect(await take(place)).toBeLessThan(AT_ONCE)
})

describe('a process that is killed ahead of any one of its calls that may change the file system', () => {
  for (const way of ['set', 'delete'] as const) {
    test(`${way}: what was stored is there, or what it was to be; the next goes on at once`, {
      timeout: 120_000,
    }, async () => {
      ownTime()
      const outcomes = new Set<string | undefined>()
      const kill = async (k: number) => {
        const place = await filledPlace()
        const { open, store, folder } = place
        const child = start([place.directory, 'die', k, way])
        const said = await child.line()
        const ending = await child.ended
        expect([said, ending]).toEqual(said ? ['done', 0] : [undefined, 'SIGKILL'])
        const found = await store.get(KEY)
        const id = found?.client?.client_id
        outcomes.add(id)
        expect(id === undefined ? 'delete' : id === 'new' ? 'set' : way).toBe(way)
        if (said) expect(id).toBe(way === 'set' ? 'new' : undefined)
        expect(await take(place)).toBeLessThan(AT_ONCE)
        expect(await open().set(KEY, registration('last', found?.revision))).toEqual(expect.any(String))
        expect(contents(folder)).toEqual(['registration.ndjson'])
        return said
      }
      for (let k = 1, said: string | undefined; !said; k += 2) {
        ;[, said] = await Promise.all([kill(k), kill(k + 1)])
      }
      expect([...outcomes].sort()).toEqual(['old', way === 'set' ? 'new' : undefined].sort())
    })
  }
})

test('four processes that write take turns, and lose nothing; who reads meanwhile sees only what is whole', {
  timeout: 120_000,
}, async () => {
  const { directory, store, folder } = emptyPlace()
  const [writers, times] = [4, 15]
  const witness = join(directory, '..', 'witness')
  const children = Array.from({ length: writers }, () => start([directory, 'count', times, witness]))
  const all = Promise.all(children.map(({ ended }) => ended))
  let running = true
  all.finally(() => {
    running = false
  })
  let [last, reads] = [0, 0]
  while (running) {
    const found = await store.get(KEY)
    if (!found) continue
    const { client_id, client_secret } = found.client ?? {}
    const [count] = client_id?.split(':') ?? []
    expect(client_id).toBe(`${count}:${client_secret}`)
    expect(Number(count)).toBeGreaterThanOrEqual(last)
    last = Number(count)
    reads++
  }
  expect(await all).toEqual(Array(writers).fill(0))
  expect((await store.get(KEY))?.client?.client_id).toMatch(new RegExp(`^${writers * times}:`))
  expect(reads).toBeGreaterThan(50)
  expect(contents(folder)).toEqual(['registration.ndjson'])
})

test('a process ends when its work is done, though it has just had a lock', async () => {
  const { directory } = emptyPlace()
  const child = start([directory, 'save'])
  expect(await child.line()).toBe('saved')
  expect(await child.ended).toBe(0)
})
