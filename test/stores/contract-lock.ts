import { describe, expect, test } from 'vitest'
import type { CredentialStore } from '../../src/stores/store.js'
import { gate, KEY, type Opened, registration } from './samples.js'

/** Who runs when, and who waits. */
export function lockContract(name: string, opened: () => Promise<Opened>): void {
  describe(`${name}: the lock`, () => {
    test('passes on the result', async () => {
      const { store } = await opened()
      const result = { of: 'the task' }
      expect(await store.lock(KEY, async () => result)).toBe(result)
    })

    test('passes on an error as it is, and goes on with the next', async () => {
      const { store, other } = await opened()
      const error = new Error('no')
      const fail = () => {
        throw error
      }
      const failing = store.lock(KEY, () => Promise.reject(error))
      const next = store.lock(KEY, async () => 'next')
      await expect(failing).rejects.toBe(error)
      await expect(next).resolves.toBe('next')
      await expect(store.lock(KEY, fail)).rejects.toBe(error)
      await expect(other.lock(KEY, async () => 'last')).resolves.toBe('last')
    })

    test('lets tasks take turns in their order, and those of other keys not wait', async () => {
      const { store } = await opened()
      const events: string[] = []
      const { open, opened: released } = gate()
      const task = (title: string, until?: Promise<void>) => async () => {
        events.push(`${title} begins`)
        await until
        events.push(`${title} ends`)
        return title
      }
      const first = store.lock(KEY, task('first', released))
      const rest = ['second', 'third', 'fourth'].map((title) => store.lock(KEY, task(title)))
      expect(await store.lock('another', task('other'))).toBe('other')
      open()
      expect(await Promise.all([first, ...rest])).toEqual(['first', 'second', 'third', 'fourth'])
      expect(events.filter((event) => !event.startsWith('other'))).toEqual(
        ['first', 'second', 'third', 'fourth'].flatMap((title) => [`${title} begins`, `${title} ends`]),
      )
      expect(events.indexOf('other ends')).toBeLessThan(events.indexOf('first ends'))
    })

    test('is one for all who have the place: none of 20 changes is lost', async () => {
      const { store, other } = await opened()
      let inside = 0
      const increase = (of: CredentialStore) => async () => {
        expect(++inside).toBe(1)
        const found = await of.get(KEY)
        await of.list()
        const { revision = '' } = found ?? {}
        const next = Number(found?.client?.client_id ?? 0) + 1
        expect(await of.set(KEY, registration(`${next}`, revision || undefined))).toEqual(expect.any(String))
        inside--
      }
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const of = index % 2 === 0 ? store : other
          return of.lock(KEY, increase(of))
        }),
      )
      expect((await store.get(KEY))?.client?.client_id).toBe('20')
    })
  })
}
