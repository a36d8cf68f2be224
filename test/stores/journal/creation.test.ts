import { existsSync, rmSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { failureOf } from '../../failure-of.js'
import { contents } from '../file/place.js'
import { registration } from '../file/registration.js'
import { intercept, systemError } from '../file/system-calls.js'
import { gate } from '../samples.js'
import { emptyPlace } from './place.js'

test('a journal comes to be with its first frame, which is on the disk by then', async () => {
  const { store, file } = emptyPlace()
  const calls: string[] = []
  const stop = await intercept(async (name) => void calls.push(`${name}${existsSync(file) ? ' there' : ''}`))
  onTestFinished(stop)
  await store.set('a', registration('a'))
  const renamed = calls.findIndex((call) => call.endsWith('there'))
  const before = calls.slice(0, renamed)
  expect(before.lastIndexOf('sync')).toBeGreaterThan(before.lastIndexOf('writeFile'))
  expect(before.at(-1)).toBe('rename')
})

test('a disk that fails while it is made leaves nothing, and the next save goes on', async () => {
  const { store, directory, file, idle } = emptyPlace()
  const stop = await intercept((name, [first]) => {
    if (name === 'rename' && `${first}`.endsWith('incoming')) throw systemError('EIO')
  })
  expect(await failureOf(store.set('a', registration('a')))).toMatchObject({
    code: 'store_failed',
    cause: { code: 'EIO' },
  })
  expect(existsSync(file)).toBe(false)
  stop()
  expect(await store.list()).toEqual([])
  expect(await store.set('a', registration('a'))).toEqual(expect.any(String))
  await idle()
  expect(contents(directory)).toEqual(['journal'])
})

test('who lost the turn before it was made does not make another: what was saved meanwhile stays', async () => {
  const place = emptyPlace()
  const [isWritten, mayReplace] = [gate(), gate()]
  let count = 0
  const stop = await intercept(async (name, [first]) => {
    if (name !== 'rename' || !`${first}`.endsWith('incoming') || ++count > 1) return
    isWritten.open()
    await mayReplace.opened
  })
  onTestFinished(stop)
  const late = place.store.set('late', registration('late'))
  await isWritten.opened
  rmSync(place.lock, { recursive: true })
  const other = place.open()
  expect(await other.set('other', registration('other'))).toEqual(expect.any(String))
  mayReplace.open()
  expect(await late).toEqual(expect.any(String))
  expect((await place.open().list()).map(([key]) => key).sort()).toEqual(['late', 'other'])
})

test('what waits is written in portions, however much there is', async () => {
  const { store, open } = emptyPlace()
  const large = { issuer: 'https://as.example.com', client: { client_id: 'x'.repeat(1_000_000) } }
  const sizes: number[] = []
  const stop = await intercept((name, [first]) => {
    if (name === 'write') sizes.push((first as Uint8Array).length)
  })
  onTestFinished(stop)
  const keys = Array.from({ length: 20 }, (_, index) => `${index}`)
  await store.lock('held', () => Promise.all(keys.map((key) => store.set(key, large))))
  expect(Math.max(...sizes)).toBeLessThan(5.1 * 1024 * 1024)
  expect(Math.max(...sizes)).toBeGreaterThan(2_000_000)
  expect(await open().list()).toHaveLength(20)
})
