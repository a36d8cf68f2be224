import { existsSync, rmSync } from 'node:fs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { failureOf } from '../../failure-of.js'
import { KEY, registration } from '../file/registration.js'
import { intercept } from '../file/system-calls.js'
import { gate } from '../samples.js'
import { emptyPlace, type Place } from './place.js'

/** Runs a task of the first store, and in its middle one of another, for which the first was silent for too long. */
async function takenOver(
  { store, lock, open }: Place,
  ahead: () => Promise<unknown>,
  between: (other: Place['store']) => Promise<unknown>,
  behind: () => Promise<unknown>,
): Promise<Place['store']> {
  const other = open()
  await store.lock(KEY, async () => {
    await ahead()
    // As a process of another container does that has seen no sign of life.
    rmSync(lock, { recursive: true })
    await between(other)
    await behind()
  })
  return other
}

describe('a process that was taken for dead', () => {
  test('writes no more, and is told so: what it adds counts for nobody', async () => {
    const place = emptyPlace()
    const { store } = place
    const before = await store.set(KEY, registration('before'))
    let revision: string | undefined
    const other = await takenOver(
      place,
      () => store.get(KEY),
      async (other) => {
        revision = await other.set(KEY, registration('other', before))
      },
      async () => {
        expect(await store.set(KEY, registration('late', before))).toBeUndefined()
        await expect(store.delete(KEY, before)).resolves.toBe(false)
      },
    )
    for (const each of [store, other, place.open()])
      expect(await each.get(KEY)).toEqual(registration('other', revision))
  })

  test('and of another client, which nobody has changed meanwhile, can save it in a turn of its own', async () => {
    const place = emptyPlace()
    const { store } = place
    let revision: string | undefined
    const other = await takenOver(
      place,
      async () => {},
      (other) => other.set('another', registration('other')),
      async () => {
        expect(await store.set(KEY, registration('late'))).toBeUndefined()
        revision = await store.set(KEY, registration('late'))
        expect(revision).toEqual(expect.any(String))
      },
    )
    expect(await other.get(KEY)).toEqual(registration('late', revision))
    expect((await store.get('another'))?.client?.client_id).toBe('other')
  })

  test('what it wrote before the other began counts, and the other knows it', async () => {
    const place = emptyPlace()
    const { store } = place
    let revision: string | undefined
    const save = async () => {
      revision = await store.set(KEY, registration('in time'))
    }
    const other = await takenOver(
      place,
      save,
      (other) => other.get(KEY),
      async () => {},
    )
    expect(await other.get(KEY)).toEqual(registration('in time', revision))
    expect(await other.set(KEY, registration('next', revision))).toEqual(expect.any(String))
  })

  test('in the middle of a save: the save is told as what it is', async () => {
    const place = emptyPlace()
    const { store, open } = place
    const before = await store.set(KEY, registration('before'))
    await place.idle()
    const [other, { open: taken, opened: isTaken }] = [open(), gate()]
    const { open: written, opened: isWritten } = gate()
    let syncs = 0
    const stop = await intercept(async (name) => {
      if (name !== 'datasync' || ++syncs > 1) return
      written()
      await isTaken
    })
    onTestFinished(stop)
    const saving = store.set(KEY, registration('first', before))
    await isWritten
    rmSync(place.lock, { recursive: true })
    // It was in the file before the other began, and is what that one finds.
    const found = await other.lock(KEY, () => other.get(KEY))
    expect(found?.client?.client_id).toBe('first')
    taken()
    expect(await saving).toBe(found?.revision)
    expect(await store.get(KEY)).toEqual(found)
  })
})

test('a turn is kept while there is anything to do, and then left to others', async () => {
  const place = emptyPlace()
  const { store, lock } = place
  for (const key of ['a', 'b', 'c']) {
    await store.set(key, registration(key))
    expect(existsSync(lock)).toBe(true)
  }
  const starts = () => place.bytes().toString().split('{"journal":').length - 1
  expect(starts()).toBe(1)
  await place.idle()
  await place.open().set('d', registration('d'))
  await place.idle()
  await store.set('e', registration('e'))
  expect(starts()).toBe(3)
})

test('what comes while the disk is busy is written together, with one sync', async () => {
  const { store, open } = emptyPlace()
  let syncs = 0
  await store.lock('all', async () => {
    const stop = await intercept((name) => {
      if (name === 'datasync' || name === 'sync') syncs++
    })
    const keys = Array.from({ length: 100 }, (_, number) => `${number}`)
    await Promise.all(keys.map((key) => store.set(key, registration(key)))).finally(stop)
  })
  // One for the first, and one or two for those that came meanwhile, as they are compared one after another.
  expect(syncs).toBeLessThan(10)
  expect(await open().list()).toHaveLength(100)
})

test('what is saved is on the disk before the save is done, and so is the name of a new journal', async () => {
  const { store, directory } = emptyPlace()
  const calls: string[] = []
  const stop = await intercept((name, [path]) => {
    if (name === 'open' && path === directory) calls.push('directory')
    if (/^(write|writeFile|sync|datasync)$/.test(name)) calls.push(name)
  })
  await store.set(KEY, registration('new')).finally(stop)
  // That of the parent is for the directory, which is new. Then it is begun, and then saved.
  expect(calls).toEqual(['sync', 'writeFile', 'sync', 'directory', 'sync', 'write', 'datasync'])
})

test('who waits behind another of this process is told that it was not free, and not how the system would say it', async () => {
  const place = emptyPlace()
  const patience = new AbortController()
  await place.open().lock('held', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(patience.signal)
    onTestFinished(() => void vi.restoreAllMocks())
    const failures = ['a', 'b'].map((key) => failureOf(place.store.set(key, registration(key))))
    patience.abort(new DOMException('', 'TimeoutError'))
    for (const { code, message } of await Promise.all(failures)) {
      expect(code).toBe('store_failed')
      expect(message).toMatch(/is held by process \d+ of this machine|was not free for 10 seconds/)
    }
  })
})

test('turns are taken where timers are faked, as in tests of applications', async () => {
  const place = emptyPlace()
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { open: release, opened: released } = gate()
  const holding = place.open().lock('held', () => released)
  const saving = place.store.set('a', registration('a'))
  release()
  await holding
  expect(await saving).toEqual(expect.any(String))
})
