import { existsSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureOf } from '../../failure-of.js'
import { registration } from '../file/registration.js'
import { intercept, systemError } from '../file/system-calls.js'
import { emptyPlace } from './place.js'

/* A journal that is written anew because somebody asks for it. */

test('what was replaced or removed is not in the file any more, and the rest as it was', async () => {
  const { store, open, bytes, file } = emptyPlace()
  const first = await store.set('a', registration('replaced'))
  await store.set('b', registration('removed'))
  const revision = await store.set('a', registration('kept', first))
  await store.delete('b')
  for (const past of ['"replaced"', '"removed"']) expect(bytes().toString()).toContain(past)
  await store.compact?.()
  expect(bytes().toString()).not.toMatch(/"replaced"|"removed"/)
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  for (const each of [store, open()])
    expect(await each.list()).toStrictEqual([['a', registration('kept', revision)]])
  expect(await store.set('a', registration('again', revision))).toEqual(expect.any(String))
  expect((await open().get('a'))?.client?.client_id).toBe('again')
})

test('what is saved meanwhile is kept, by this process and by others', async () => {
  const { store, open } = emptyPlace()
  const other = open()
  const keys = Array.from({ length: 60 }, (_, index) => `${index}`)
  const saves = keys.map((key, index) => (index % 2 === 0 ? store : other).set(key, registration(key)))
  const compactions = [store, other, store].map((each) => each.compact?.())
  expect(await Promise.all(saves)).not.toContain(undefined)
  await Promise.all(compactions)
  const found = (await open().list()).map(([key, { client }]) => [key, client?.client_id])
  expect(found.sort()).toEqual(keys.map((key) => [key, key]).sort())
})

test('where that fails it is told, and the journal is as it was, and as good', async () => {
  const { store, open, bytes } = emptyPlace()
  const first = await store.set('a', registration('replaced'))
  await store.set('a', registration('kept', first))
  const stop = await intercept((name, [path]) => {
    if (name === 'rename' && `${path}`.endsWith('incoming')) throw systemError('ENOSPC')
  })
  const error = await failureOf(store.compact?.() ?? Promise.resolve()).finally(stop)
  expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'ENOSPC' } })
  expect(bytes().toString()).toContain('"replaced"')
  expect((await open().get('a'))?.client?.client_id).toBe('kept')
})

test('of nothing makes nothing', async () => {
  const { store, directory } = emptyPlace()
  await store.compact?.()
  expect(existsSync(directory)).toBe(false)
})

test('two compactions at once end', async () => {
  const { store, idle } = emptyPlace()
  await store.set('a', registration('kept'))
  await idle()
  await store.lock('b', async () => {
    await Promise.all([store.compact?.(), store.compact?.(), store.compact?.()])
  })
  expect((await store.get('a'))?.client?.client_id).toBe('kept')
})
