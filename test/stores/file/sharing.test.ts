import { describe, expect, test } from 'vitest'
import { sync } from '../../../src/stores/disk/directory.js'
import { failureOf } from '../../failure-of.js'
import { emptyPlace, filledPlace, temporary } from './place.js'
import { KEY } from './registration.js'
import { intercept, systemError } from './system-calls.js'

/** So many reads, and more, are done before anything else has its turn, where nobody gives it one. */
const MANY_READS = 10_000

describe('who reads in a loop does not keep the process from everything else', () => {
  const reads = async (read: () => Promise<unknown>) => {
    let isTimeUp = false
    setTimeout(() => {
      isTimeUp = true
    })
    for (let count = 0; count < MANY_READS && !isTimeUp; count++) await read()
    expect(isTimeUp).toBe(true)
  }

  test('what is there, also while it is held', async () => {
    const { store } = await filledPlace()
    await reads(() => store.get(KEY))
    await reads(() => store.list())
    await store.lock(KEY, () => reads(() => store.get(KEY)))
  })

  test('what is not there', async () => {
    const { store } = emptyPlace()
    await reads(() => store.get(KEY))
    await reads(() => store.list())
  })
})

describe('a sync of a directory', () => {
  test('serves all who ask before it begins, and nobody who asks later', async () => {
    const directory = temporary()
    let syncs = 0
    let begin = () => {}
    let end = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const stop = await intercept((name) => {
      if (name !== 'sync' || ++syncs > 1) return
      begin()
      return ended
    })
    const early = [sync(directory), sync(directory), sync(directory)]
    await begun
    const late = [sync(directory), sync(directory)]
    end()
    await Promise.all([...early, ...late]).finally(stop)
    expect(syncs).toBe(2)
  })

  test('that fails has failed for all whom it serves, and not for those after it', async () => {
    const directory = temporary()
    let syncs = 0
    const stop = await intercept((name) => {
      if (name === 'sync' && ++syncs === 1) throw systemError('EIO')
    })
    const errors = await Promise.all([sync(directory), sync(directory)].map(failureOf)).finally(stop)
    expect(errors.map(({ code }) => code)).toEqual(['EIO', 'EIO'])
    await sync(directory)
  })
})
