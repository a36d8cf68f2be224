import { AsyncLocalStorage } from 'node:async_hooks'
import { basename, dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DcrError } from '../../../src/index.js'
import type { CredentialStore } from '../../../src/stores/store.js'
import { failureOf } from '../../failure-of.js'
import { ownTime } from './own-time.js'
import { contents, emptyPlace, filledPlace, placeIn, temporary } from './place.js'
import { KEY, registration } from './registration.js'
import { intercept, systemError } from './system-calls.js'

const CODES = ['EIO', 'ENOSPC', 'EACCES']

const operations: Record<string, (store: CredentialStore, revision?: string) => Promise<unknown>> = {
  get: (store) => store.get(KEY),
  list: (store) => store.list(),
  set: (store, revision) => store.set(KEY, registration('new', revision)),
  delete: (store, revision) => store.delete(KEY, revision),
}

/** The error of a call, if it fails. */
const errorOf = (call: Promise<unknown>): Promise<DcrError | undefined> =>
  call.then(
    () => undefined,
    (error) => error,
  )

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
    // They all come out in the same places: each code once, where most can fail.
    for (const code of name === 'set' ? CODES : ['EIO']) {
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
          let isLast = false
          for (let k = 1; !isLast; k++) {
            const place = await filledPlace()
            const now: Trouble = { from: k, until: lasting ? Number.POSITIVE_INFINITY : k, calls: 0 }
            const error = await trouble.run(now, () => errorOf(operation(place.store, place.revision)))
            now.isOver = true
            isLast = now.calls < k
            checks.push(check(place, error))
          }
          expect(checks.length).toBeGreaterThan(5)
          await Promise.all(checks)
        })

        async function check(place: Awaited<ReturnType<typeof filledPlace>>, error: DcrError | undefined) {
          const { store, old, directory, folder, file, open } = place
          if (error) {
            expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', cause: { code } })
            expect(error.message).toContain(directory)
          }
          const found = await open().get(KEY)
          const changed = name === 'set' ? registration('new', found?.revision) : undefined
          const isChange = name === 'set' || name === 'delete'
          expect(!isChange ? [old] : error ? [old, changed] : [changed]).toContainEqual(found)
          // The lock can be had, by the same store and by others, and what was left is removed with it.
          await store.lock(KEY, async () => {})
          const last = await open().set(KEY, registration('last', found?.revision))
          expect(await store.get(KEY)).toEqual(registration('last', last))
          expect(contents(folder)).toEqual([basename(file)])
        }
      }
    }
  }
})

test('until the new text is in its place, the old one is', async () => {
  for (const call of ['writeFile', 'sync', 'close', 'rename']) {
    const { store, revision, old } = await filledPlace()
    let isWritten = false
    const stop = await intercept((name) => {
      isWritten ||= name === 'writeFile'
      if (isWritten && name === call) throw systemError('ENOSPC')
    })
    const error = await failureOf(store.set(KEY, registration('new', revision))).finally(stop)
    expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'ENOSPC' } })
    expect(error.message).toContain('make room')
    expect(await store.get(KEY)).toEqual(old)
  }
})

test('what is saved is on the disk before it is in its place, and its name before the save is done', async () => {
  const { store, directory, folder, file } = emptyPlace()
  const callsOf = async (save: () => Promise<unknown>) => {
    const calls: string[] = []
    const stop = await intercept((name, [path, to]) => {
      if (name === 'writeFile') calls.length = 0
      if (name === 'open' && [directory, folder].includes(`${path}`)) calls.push(basename(`${path}`))
      if (name === 'sync') calls.push(name)
      if (name === 'rename' && to === file) calls.push(name)
    })
    await save().finally(stop)
    return calls
  }
  const saved = ['rename', basename(folder), 'sync']
  let revision: string | undefined
  const create = async () => {
    revision = await store.set(KEY, registration('old'))
  }
  // Before the text is in its place, or a process that ends there would leave a new folder that nobody syncs any more.
  expect(await callsOf(create)).toEqual(['sync', basename(directory), 'sync', ...saved])
  expect(await callsOf(() => store.set(KEY, registration('new', revision)))).toEqual(['sync', ...saved])
  await store.delete(KEY)
  expect(await callsOf(create)).toEqual(['sync', basename(directory), 'sync', ...saved])
})

test('a directory that cannot be made: the reason is told, which a recursive mkdir hides', async () => {
  const parent = temporary()
  // As on a disk that is read-only.
  const stop = await intercept((name, [path, options]) => {
    if (name !== 'mkdir') return
    const isHidden = Object(options).recursive === true || dirname(`${path}`) !== parent
    throw Object.assign(systemError(isHidden ? 'ENOENT' : 'EROFS'), { path, syscall: 'mkdir' })
  })
  const store = placeIn(join(parent, 'a', 'b')).open()
  const error = await failureOf(store.set(KEY, registration('new'))).finally(stop)
  expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'EROFS' } })
  expect(error.message).toContain(`${join(parent, 'a')}: mkdir failed with EROFS: pass a directory that can`)
})

test.each(['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'])(
  'a directory that cannot be synced (%s) is none the worse',
  async (code) => {
    const { store, revision } = await filledPlace()
    let isRenamed = false
    const stop = await intercept((name, [, to]) => {
      isRenamed ||= name === 'rename' && `${to}`.endsWith('.ndjson')
      if (isRenamed && name === 'sync') throw systemError(code)
    })
    expect(await store.set(KEY, registration('new', revision)).finally(stop)).toEqual(expect.any(String))
    expect(isRenamed).toBe(true)
  },
)

describe('on Windows', () => {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform') ?? {}
  const windows = () => {
    Object.defineProperty(process, 'platform', { ...platform, value: 'win32' })
    onTestFinished(() => {
      Object.defineProperty(process, 'platform', platform)
    })
  }

  test.each(['EPERM', 'EBUSY', 'EACCES'])(
    'a file that somebody else looks at (%s, 5 times) is renamed later',
    async (code) => {
      windows()
      const { store, revision } = await filledPlace()
      let failures = 0
      const stop = await intercept((name, [, to]) => {
        if (name === 'rename' && `${to}`.endsWith('.ndjson') && ++failures <= 5) throw systemError(code)
      })
      const second = await store.set(KEY, registration('new', revision)).finally(stop)
      expect(failures).toBe(6)
      expect(await store.get(KEY)).toEqual(registration('new', second))
    },
  )

  test('one that stays so is an error after 2 seconds, and the old text is there', async () => {
    windows()
    const { store, revision, old } = await filledPlace()
    const stop = await intercept((name, [, to]) => {
      if (name === 'rename' && `${to}`.endsWith('.ndjson')) throw systemError('EBUSY')
    })
    ownTime()
    const begin = performance.now()
    const error = await failureOf(store.set(KEY, registration('new', revision))).finally(stop)
    expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'EBUSY' } })
    const waited = performance.now() - begin
    expect(waited).toBeGreaterThan(2000)
    expect(waited).toBeLessThan(3000)
    expect(await store.get(KEY)).toEqual(old)
  })
})
