import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../failure-of.js'
import { ownTime } from '../file/own-time.js'
import { contents } from '../file/place.js'
import { start, withProcesses } from '../file/processes.js'
import { KEY, registration } from '../file/registration.js'
import { emptyPlace } from './place.js'

withProcesses(new URL('child.ts', import.meta.url))

describe('a process that is killed while it has the turn', () => {
  test('holds up nobody, and what it saved is there', async () => {
    const { directory, store, idle } = emptyPlace()
    const holder = start([directory, 'hold'])
    await holder.line()
    const waiting = store.set('another', registration('another'))
    holder.process.kill('SIGKILL')
    ownTime()
    const begin = performance.now()
    expect(await waiting).toEqual(expect.any(String))
    expect(performance.now() - begin).toBeLessThan(2000)
    expect((await store.get(KEY))?.client?.client_id).toBe('held')
    await idle()
    expect(contents(directory)).toEqual(['journal'])
  })

  test('at any moment: all that it was promised is there, and whole', async () => {
    const { directory, open } = emptyPlace()
    const promised = new Set<string>()
    for (let round = 0; round < 10; round++) {
      const child = start([directory, 'save', round])
      for (let count = 0; count < 20 + round * 7; count++) promised.add(`${await child.line()}`)
      child.process.kill('SIGKILL')
      for (let line = await child.line(); line; line = await child.line()) promised.add(line)
      const found = new Map(await open().list())
      for (const key of promised) expect(found.get(key)?.client?.client_id, key).toBe(key)
    }
  })
})

test('while one has its turn, others read, and wait for no longer than they want to', async () => {
  const { directory, store } = emptyPlace()
  const holder = start([directory, 'hold'])
  await holder.line()
  expect((await store.get(KEY))?.client?.client_id).toBe('held')
  expect(await store.list()).toHaveLength(1)
  const error = await failureOf(store.lock('another', async () => {}, AbortSignal.timeout(200)))
  expect(error.name).toBe('TimeoutError')
})

test('four processes that write take turns, and lose nothing', { timeout: 120_000 }, async () => {
  const { directory, store } = emptyPlace()
  const [writers, times] = [4, 15]
  const witness = join(directory, '..', 'witness')
  const children = Array.from({ length: writers }, () => start([directory, 'count', times, witness]))
  expect(await Promise.all(children.map(({ ended }) => ended))).toEqual(Array(writers).fill(0))
  expect((await store.get(KEY))?.client?.client_id).toBe(`${writers * times}`)
})

test('a process ends when its work is done, and leaves its turn to others', async () => {
  const { directory } = emptyPlace()
  const child = start([directory, 'once'])
  expect(await child.line()).toBe('saved')
  expect(await child.ended).toBe(0)
  expect(contents(directory)).toEqual(['journal'])
})
