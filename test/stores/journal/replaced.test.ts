import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { failureOf } from '../../failure-of.js'
import { registration } from '../file/registration.js'
import { intercept, systemError } from '../file/system-calls.js'
import { emptyPlace } from './place.js'

test('a copy that was restored in the place of a journal, and has grown since, is read anew', async () => {
  const place = emptyPlace()
  const { store, file } = place
  await store.set('a', registration('a'))
  await place.idle()
  const copy = readFileSync(file)
  await store.set('b', registration('b'))
  await place.idle()
  const reader = place.open()
  expect(await reader.list()).toHaveLength(2)
  const read = place.bytes().length

  writeFileSync(file, copy)
  const other = place.open()
  const revisions = new Map<string, string | undefined>()
  for (const key of ['c', 'd']) revisions.set(key, await other.set(key, registration(key)))
  await place.idle()
  expect(place.bytes().length).toBeGreaterThan(read)

  expect(await reader.get('b')).toBeUndefined()
  for (const key of ['c', 'd']) expect(await reader.get(key)).toEqual(registration(key, revisions.get(key)))
  // It has read the others, and takes them not for absent.
  expect(await store.set('c', registration('again'))).toBeUndefined()
})

test('one that is cut while it is read is not waited for', async () => {
  const { store, open, file, idle, bytes } = emptyPlace()
  await store.set('a', registration('a'))
  await idle()
  const [whole, reader] = [bytes(), open()]
  let reads = 0
  const stop = await intercept((name) => {
    if (name !== 'read') return
    if (++reads === 1) truncateSync(file, 50)
    // Far more than it takes.
    if (reads > 100) throw systemError('EIO')
  })
  onTestFinished(stop)
  expect((await failureOf(reader.get('a'))).code).toBe('store_unreadable')
  expect(reads).toBeLessThan(10)
  writeFileSync(file, whole)
  expect((await reader.get('a'))?.client?.client_id).toBe('a')
})
