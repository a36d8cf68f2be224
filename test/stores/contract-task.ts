import { describe, expect, test } from 'vitest'
import { gate, KEY, type Opened, registration } from './samples.js'

/** What a task may do while it has the lock, and others meanwhile. */
export function taskContract(name: string, opened: () => Promise<Opened>): void {
  describe(`${name}: a task that has the lock`, () => {
    test('lets its task read, save, list and delete', async () => {
      const { store } = await opened()
      await store.lock(KEY, async () => {
        const first = await store.set(KEY, registration('1'))
        const second = await store.set(KEY, registration('2', first))
        expect(await store.set(KEY, registration('3', first))).toBeUndefined()
        expect(await store.get(KEY)).toStrictEqual(registration('2', second))
        expect(await store.list()).toStrictEqual([[KEY, registration('2', second)]])
        expect(await store.delete(KEY, first)).toBe(false)
        expect(await store.delete(KEY)).toBe(true)
      })
      expect(await store.get(KEY)).toBeUndefined()
    })

    test('lets its task save under other keys, and lock them', async () => {
      const { store, other, hasOneTurn } = await opened()
      const last = hasOneTurn ? store : other
      await store.lock(KEY, async () => {
        await store.set('another', registration('1'))
        await store.lock('another', () => store.delete('another'))
        await last.lock('another', () => last.set('another', registration('2')))
      })
      expect((await other.get('another'))?.client?.client_id).toBe('2')
    })

    test('makes nobody wait who reads: a save of its task is seen before the task has ended', async () => {
      const { store, other } = await opened()
      await store.lock(KEY, async () => {
        const revision = await store.set(KEY, registration('1'))
        expect(await other.get(KEY)).toStrictEqual(registration('1', revision))
        expect(await other.list()).toStrictEqual([[KEY, registration('1', revision)]])
      })
    })

    for (const who of ['store', 'other'] as const) {
      test(`keeps a save of its task and one from outside apart (${who})`, async () => {
        const stores = await opened()
        const before = await stores.store.set(KEY, registration('before'))
        let outside: Promise<string | undefined> = Promise.resolve(undefined)
        const inside = await stores.store.lock(KEY, async () => {
          outside = stores[who].set(KEY, registration('outside', before))
          return stores.store.set(KEY, registration('inside', before))
        })
        const revisions = [inside, await outside]
        expect(revisions.filter((revision) => revision !== undefined)).toHaveLength(1)
        const [winner, revision] = inside ? ['inside', inside] : ['outside', revisions[1]]
        expect(await stores.other.get(KEY)).toStrictEqual(registration(winner, revision))
      })

      test(`is not waited for any longer when the signal says so (${who})`, async () => {
        const stores = await opened()
        const { open, opened: released } = gate()
        const { open: begin, opened: begun } = gate()
        const first = stores.store.lock(KEY, async () => {
          begin()
          await released
        })
        await begun
        const controller = new AbortController()
        const reason = new Error('given up')
        const ran: string[] = []
        const task = (title: string) => async () => ran.push(title)
        const second = stores[who].lock(KEY, task('second'), controller.signal)
        const third = stores[who].lock(KEY, task('third'))
        const settled = expect(second).rejects.toBe(reason)
        for (let rounds = 0; rounds < 5; rounds++) await stores.other.get(KEY)
        controller.abort(reason)
        await settled
        await expect(stores[who].lock(KEY, task('late'), controller.signal)).rejects.toBe(reason)
        open()
        await Promise.all([first, third])
        await stores.store.lock(KEY, task('last'))
        expect(ran).toEqual(['third', 'last'])
      })
    }

    test('of a task that has begun is not ended by the signal', async () => {
      const { store } = await opened()
      const controller = new AbortController()
      const ended = store.lock(
        KEY,
        async () => {
          controller.abort()
          return store.set(KEY, registration('1'))
        },
        controller.signal,
      )
      expect(await ended).toEqual(expect.any(String))
      expect(await store.lock(KEY, async () => 'next')).toBe('next')
    })
  })
}
