import { describe, expect, test } from 'vitest'
import { KEY, type Opened, registration } from './samples.js'

/** What holds when several use a store at once. */
export function severalContract(name: string, opened: () => Promise<Opened>): void {
  describe(`${name}: of several at once`, () => {
    for (const state of ['nothing', 'something'] as const) {
      test(`one of 20 saves in place of ${state} wins, and is told so`, async () => {
        const { store, other } = await opened()
        const before = state === 'nothing' ? undefined : await store.set(KEY, registration('before'))
        const revisions = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            (index % 2 === 0 ? store : other).set(KEY, registration(`${index}`, before)),
          ),
        )
        expect(revisions.filter((revision) => revision !== undefined)).toHaveLength(1)
        const winner = revisions.findIndex((revision) => revision !== undefined)
        expect(await other.get(KEY)).toStrictEqual(registration(`${winner}`, revisions[winner]))
      })
    }

    test('one of 20 that delete is told so', async () => {
      const { store, other } = await opened()
      const revision = await store.set(KEY, registration('1'))
      const deletions = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? store : other).delete(KEY, index % 4 < 2 ? revision : undefined),
      )
      expect((await Promise.all(deletions)).filter(Boolean)).toHaveLength(1)
    })

    test('each sees at once what another has saved or deleted', async () => {
      const { store, other } = await opened()
      const first = await store.set(KEY, registration('1'))
      expect(await other.get(KEY)).toStrictEqual(registration('1', first))
      const second = await other.set(KEY, registration('2', first))
      expect(await store.get(KEY)).toStrictEqual(registration('2', second))
      expect(await store.set(KEY, registration('3', first))).toBeUndefined()
      expect(await store.delete(KEY, first)).toBe(false)
      expect(await store.delete(KEY, second)).toBe(true)
      expect(await other.get(KEY)).toBeUndefined()
      expect(await other.list()).toEqual([])
    })

    test('who reads while 50 saves are made sees one of them, whole', {
      // Whoever saves on a disk and whoever reads in a loop are in each other's way, the more so on a busy machine.
      timeout: 120_000,
    }, async () => {
      const { store, other } = await opened()
      let revision = await store.set(KEY, registration('0'))
      let done = false
      const write = async () => {
        for (let index = 1; index <= 50; index++)
          revision = await store.set(KEY, registration(`${index}`, revision))
        done = true
      }
      const read = async () => {
        for (let last = 0; !done; ) {
          const [found, [listed]] = await Promise.all([other.get(KEY), other.list()])
          expect(found?.client?.redirect_uris).toEqual(['https://app.example.com/cb'])
          expect(listed?.[1].client?.redirect_uris).toEqual(['https://app.example.com/cb'])
          const seen = Number(found?.client?.client_id)
          expect(seen).toBeGreaterThanOrEqual(last)
          last = seen
        }
      }
      await Promise.all([write(), read()])
      expect(await other.get(KEY)).toStrictEqual(registration('50', revision))
    })
  })
}
