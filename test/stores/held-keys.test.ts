import { describe, expect, test, vi } from 'vitest'
import { DcrError } from '../../src/errors.js'
import { eventually } from '../eventually.js'
import { failureOf } from '../failure-of.js'
import { fakeStore } from './fake-backend.js'
import { gate, KEY, registration } from './samples.js'

describe('a key that was lost to another during a task', () => {
  test('is not saved under, and is held anew for the next save and the rest of the task', async () => {
    const { store, events, steal, free, isFree, texts } = fakeStore()
    const before = await store.set(KEY, registration('before'))
    events.length = 0
    const last = await store.lock(KEY, async () => {
      steal(KEY)
      const text = texts.get(KEY)
      expect(await store.set(KEY, registration('lost', before))).toBeUndefined()
      expect(texts.get(KEY)).toBe(text)
      expect(await store.get(KEY)).toStrictEqual(registration('before', before))
      const saving = store.set(KEY, registration('anew', before))
      free(KEY)
      const anew = await saving
      expect(isFree(KEY)).toBe(false)
      return store.set(KEY, registration('last', anew))
    })
    expect(events).toEqual(['asked', 'held', 'released', 'asked', 'held', 'released'])
    expect(await store.get(KEY)).toStrictEqual(registration('last', last))
    expect(isFree(KEY)).toBe(true)
  })

  test('is not said to be deleted', async () => {
    const { store, steal, free } = fakeStore()
    const revision = await store.set(KEY, registration('1'))
    await store.lock(KEY, async () => {
      steal(KEY)
      const error = await failureOf(store.delete(KEY))
      expect(error).toMatchObject({ name: 'DcrError', code: 'store_conflict', outcome: 'not_sent' })
      expect(error.message).toContain(`the place of ${KEY} was taken over by another process`)
      free(KEY)
    })
    expect(await store.get(KEY)).toStrictEqual(registration('1', revision))
  })

  test('and cannot be held anew: the task goes on, and the next save tries again', async () => {
    const { backend, store, steal, free, isFree } = fakeStore()
    const { hold } = backend
    const error = new Error('no connection')
    await store.lock(KEY, async () => {
      steal(KEY)
      expect(await store.set(KEY, registration('1'))).toBeUndefined()
      backend.hold = () => Promise.reject(error)
      await expect(store.set(KEY, registration('1'))).rejects.toBe(error)
      backend.hold = hold
      free(KEY)
      expect(await store.set(KEY, registration('1'))).toEqual(expect.any(String))
    })
    expect(isFree(KEY)).toBe(true)
  })
})

describe('a key that cannot be held', () => {
  test('is an error of the save and of the lock, and the next one goes on', async () => {
    const { backend, store } = fakeStore()
    const { hold } = backend
    const error = new Error('no connection')
    backend.hold = () => Promise.reject(error)
    const task = vi.fn()
    await expect(store.lock(KEY, task)).rejects.toBe(error)
    await expect(store.set(KEY, registration('1'))).rejects.toBe(error)
    await expect(store.delete(KEY)).rejects.toBe(error)
    expect(task).not.toHaveBeenCalled()
    backend.hold = hold
    expect(await store.lock(KEY, () => store.set(KEY, registration('1')))).toEqual(expect.any(String))
  })

  for (const inTask of [false, true]) {
    test(`is waited for 10 seconds by a save ${inTask ? 'of a task that lost it' : 'of nobody’s task'}`, async () => {
      const { store, steal, free, isFree, texts } = fakeStore()
      const time = new AbortController()
      const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
      const late = async () => {
        steal(KEY)
        if (inTask) await store.set(KEY, registration('lost'))
        const saving = failureOf(store.set(KEY, registration('1')))
        await eventually(() => expect(timeout).toHaveBeenCalled())
        time.abort(new DOMException('', 'TimeoutError'))
        return saving
      }
      const error = await (inTask ? store.lock(KEY, late) : late())
      expect(timeout).toHaveBeenCalledExactlyOnceWith(10_000)
      expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', outcome: 'not_sent' })
      expect(error.message).toContain(`the place of ${KEY} was not free for 10 seconds`)
      expect(texts.size).toBe(0)
      timeout.mockRestore()
      free(KEY)
      expect(await store.set(KEY, registration('2'))).toEqual(expect.any(String))
      expect(isFree(KEY)).toBe(true)
    })
  }

  test('for a reason that the backend knows: a save tells it, and a lock the reason of who gave up', async () => {
    const { backend, store } = fakeStore()
    const why = new DcrError('store_failed', 'store: it is held by process 1', { outcome: 'not_sent' })
    const hold = vi
      .spyOn(backend, 'hold')
      .mockImplementation(
        (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(why))),
      )
    const time = new AbortController()
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
    const [saving, locking] = [
      store.set(KEY, registration('1')),
      store.lock('other', vi.fn(), time.signal),
    ].map((call) => failureOf(call))
    await eventually(() => expect(hold).toHaveBeenCalledTimes(2))
    const reason = new DOMException('', 'TimeoutError')
    time.abort(reason)
    expect(await saving).toBe(why)
    expect(await locking).toBe(reason)
  })

  test('an error of the save is passed on as it is, even when its time is up', async () => {
    const time = new AbortController()
    const error = new Error('disk full')
    const write = async () => {
      time.abort()
      throw error
    }
    const { store } = fakeStore(() => ({ write }))
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
    await expect(store.set(KEY, registration('1'))).rejects.toBe(error)
  })
})

describe('a hold', () => {
  test('that comes when nobody waits any more is given back, and no task runs', async () => {
    const controller = new AbortController()
    const reason = new Error('given up')
    const { store, isFree } = fakeStore(() => {
      controller.abort(reason)
      return {}
    })
    const task = vi.fn()
    await expect(store.lock(KEY, task, controller.signal)).rejects.toBe(reason)
    await eventually(() => expect(isFree(KEY)).toBe(true))
    expect(task).not.toHaveBeenCalled()
  })

  test('that cannot be given back changes nothing of what was done under it', async () => {
    const { store, free } = fakeStore(() => ({ release: () => Promise.reject(new Error('no connection')) }))
    const revision = await store.set(KEY, registration('1'))
    expect(revision).toEqual(expect.any(String))
    free(KEY)
    expect(await store.lock(KEY, async () => 'done')).toBe('done')
    free(KEY)
    const error = new Error('of the task')
    await expect(store.lock(KEY, () => Promise.reject(error))).rejects.toBe(error)
    free(KEY)
    expect(await store.delete(KEY, revision)).toBe(true)
  })

  test('is given back only after the saves and reads that its task did not wait for', async () => {
    const { open, opened: writable } = gate()
    const { store, events } = fakeStore(({ read, write }) => ({
      async read() {
        const text = await read()
        events.push('read')
        return text
      },
      async write(text) {
        await writable
        events.push('written')
        return write(text)
      },
    }))
    let saving: Promise<unknown> | undefined
    let reading: Promise<unknown> | undefined
    const locked = store.lock(KEY, async () => {
      saving = store.set(KEY, registration('1'))
      await eventually(() => expect(events).toContain('read'))
      reading = store.get(KEY)
    })
    await eventually(() => expect(reading).toBeDefined())
    open()
    await locked
    expect(events).toEqual(['asked', 'held', 'read', 'written', 'read', 'released'])
    expect(await saving).toEqual(expect.any(String))
    expect(await reading).toMatchObject(registration('1'))
  })
})
