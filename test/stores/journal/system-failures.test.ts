import { AsyncLocalStorage } from 'node:async_hooks'
import { appendFileSync, readdirSync, statSync } from 'node:fs'
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { DcrError } from '../../../src/index.js'
import { frameOf } from '../../../src/stores/journal/frames.js'
import type { CredentialStore } from '../../../src/stores/store.js'
import { failureOf } from '../../failure-of.js'
import { contents } from '../file/place.js'
import { KEY, registration } from '../file/registration.js'
import { intercept, systemError } from '../file/system-calls.js'
import { emptyPlace, type Place } from './place.js'

const operations: Record<string, (store: CredentialStore, revision?: string) => Promise<unknown>> = {
  get: (store) => store.get(KEY),
  list: (store) => store.list(),
  set: (store, revision) => store.set(KEY, registration('new', revision)),
  delete: (store, revision) => store.delete(KEY, revision),
}

/** What is going wrong for one operation, while others go on beside it. */
interface Trouble {
  readonly from: number
  readonly until: number
  calls: number
  isOver?: boolean
}
const trouble = new AsyncLocalStorage<Trouble>()

describe('each call of the file system fails in turn: the error says so, and nothing is damaged or left behind', () => {
  for (const [name, operation] of Object.entries(operations)) {
    for (const code of name === 'set' ? ['EIO', 'ENOSPC', 'EACCES'] : ['EIO']) {
      for (const lasting of code === 'EIO' ? [false, true] : [false]) {
        test(`${name}: ${code}${lasting ? ', from then on' : ''}`, async () => {
          const stop = await intercept(() => {
            const now = trouble.getStore()
            if (!now || now.isOver) return
            now.calls++
            if (now.calls >= now.from && now.calls <= now.until) throw systemError(code)
          })
          onTestFinished(stop)
          const checks: Promise<void>[] = []
          for (let count = 0, isLast = false; !isLast; count++) {
            const place = emptyPlace()
            const revision = await place.store.set(KEY, registration('old'))
            await place.idle()
            const until = lasting ? Number.POSITIVE_INFINITY : count + 1
            const now: Trouble = { from: count + 1, until, calls: 0 }
            const error = await trouble.run(now, () =>
              operation(place.store, revision).then(
                () => undefined,
                (error: DcrError) => error,
              ),
            )
            now.isOver = true
            isLast = now.calls <= count
            checks.push(check(place, registration('old', revision), error))
          }
          expect(checks.length).toBeGreaterThan(5)
          await Promise.all(checks)
        })

        async function check({ store, open, directory, idle }: Place, old: unknown, error?: DcrError) {
          if (error) {
            expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', cause: { code } })
            expect(error.message).toContain(directory)
          }
          const found = await open().get(KEY)
          const changed = name === 'set' ? registration('new', found?.revision) : undefined
          const isChange = name === 'set' || name === 'delete'
          expect(!isChange ? [old] : error ? [old, changed] : [changed]).toContainEqual(found)
          // The turn can be had, by the same store and by others.
          await store.lock(KEY, async () => {})
          const last = await open().set(KEY, registration('last', found?.revision))
          expect(await store.get(KEY)).toEqual(registration('last', last))
          await idle()
          expect(contents(directory)).toEqual(['journal'])
        }
      }
    }
  }
})

test('a save that fails takes none with it that was made before, nor the turn, and the next is made', async () => {
  const { store, open, lock } = emptyPlace()
  await store.lock('all', async () => {
    await store.set('a', registration('a'))
    const owner = readdirSync(lock)
    const stop = await intercept((name) => {
      if (name === 'datasync') throw systemError('ENOSPC')
    })
    const error = await store.set('b', registration('b')).catch((error: DcrError) => error)
    stop()
    expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'ENOSPC' } })
    expect((error as DcrError).message).toContain('make room')
    expect(await store.set('c', registration('c'))).toEqual(expect.any(String))
    expect(readdirSync(lock)).toEqual(owner)
  })
  expect((await open().list()).map(([key]) => key)).toEqual(expect.arrayContaining(['a', 'c']))
})

test.each(['lstat', 'open', 'stat', 'read'])(
  'where a journal cannot be read after a save (%s), nothing is taken for absent in the same turn',
  async (call) => {
    const { store, file } = emptyPlace()
    await store.lock('all', async () => {
      const revision = await store.set('a', registration('a'))
      let isWritten = false
      const stop = await intercept((name) => {
        if (isWritten && name === call) throw systemError('EIO')
        if (name !== 'datasync') return
        isWritten = true
        // It need not be read where nobody has added anything.
        appendFileSync(file, frameOf('of an earlier writer', 'b'))
      })
      await expect(store.set('b', registration('b')).finally(stop)).rejects.toMatchObject({
        code: 'store_failed',
        cause: { code: 'EIO' },
      })
      await store.lock('a', async () => {
        expect(await store.get('a')).toEqual(registration('a', revision))
        expect(await store.set('a', registration('new'))).toBeUndefined()
      })
      // It was written, and may well be there.
      expect((await store.get('b'))?.client?.client_id).toBe('b')
    })
  },
)

test('what was written is not taken for absent in the same turn where nothing can be looked at after it', async () => {
  const { store } = emptyPlace()
  await store.lock('all', async () => {
    await store.set('a', registration('a'))
    let isWritten = false
    const stop = await intercept((name) => {
      if (isWritten && name === 'lstat') throw systemError('EIO')
      isWritten ||= name === 'write'
    })
    await expect(store.set('b', registration('b')).finally(stop)).rejects.toMatchObject({
      code: 'store_failed',
      cause: { code: 'EIO' },
    })
    await store.lock('b', async () => {
      expect((await store.get('b'))?.client?.client_id).toBe('b')
      expect(await store.set('b', registration('new'))).toBeUndefined()
    })
  })
})

test('what a disk has failed to keep is not trusted: the journal is written anew, and nothing is saved before', async () => {
  const { store, open, file, idle } = emptyPlace()
  await store.set('a', registration('a'))
  await idle()
  const { ino } = statSync(file)
  const failing = async (...calls: string[]) => {
    const stop = await intercept((name, [path]) => {
      if (calls.includes(name === 'open' ? `${name} ${path}`.slice(-8) : name)) throw systemError('EIO')
    })
    onTestFinished(stop)
    return stop
  }
  const failed = { code: 'store_failed', cause: { code: 'EIO' } }
  const stop = await failing('datasync')
  await expect(store.set('b', registration('b'))).rejects.toMatchObject(failed)
  stop()
  const stopAgain = await failing('incoming')
  await expect(store.set('c', registration('c'))).rejects.toMatchObject(failed)
  expect(statSync(file).ino).toBe(ino)
  stopAgain()
  expect(await store.set('c', registration('c'))).toEqual(expect.any(String))
  expect(statSync(file).ino).not.toBe(ino)
  expect((await open().list()).map(([key]) => key)).toEqual(expect.arrayContaining(['a', 'c']))
})

test('a save of which the disk takes a part fails, and the next is made', async () => {
  const { store, open, bytes, idle } = emptyPlace()
  await store.lock('all', async () => {
    await store.set('a', registration('a'))
    const before = bytes().length
    const handle = await openFile(devNull)
    const methods: FileHandle = Object.getPrototypeOf(handle)
    await handle.close()
    const { write } = methods
    const part = function (this: FileHandle, all: Uint8Array) {
      return Reflect.apply(write, this, [all.subarray(0, 300)])
    } as unknown as typeof write
    vi.spyOn(methods, 'write').mockImplementationOnce(part)
    onTestFinished(() => void vi.restoreAllMocks())
    const error = await failureOf(store.set('b', registration('b')))
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'not_sent' })
    expect(error.message).toMatch(
      /journal: 300 of \d+ bytes could be written: make room on the disk, or in the quota/,
    )
    expect(bytes().length).toBe(before + 300)
  })
  await idle()
  expect(await store.set('b', registration('b'))).toEqual(expect.any(String))
  expect((await open().list()).map(([key]) => key)).toEqual(['a', 'b'])
})
