import { describe, expect, test } from 'vitest'
import { KEYS } from './keys.js'
import { KEY, type Opened, registration } from './samples.js'
import { VALUES } from './values.js'

/** What a store keeps, and what it gives back. */
export function keepingContract(name: string, opened: () => Promise<Opened>): void {
  describe(`${name}: keeps`, () => {
    test('nothing at first', async () => {
      const { store } = await opened()
      expect(await store.get(KEY)).toBeUndefined()
      expect(await store.list()).toEqual([])
      expect(await store.delete(KEY)).toBe(false)
      expect(await store.delete(KEY, 'never given')).toBe(false)
    })

    test('what is new, only where nothing is', async () => {
      const { store } = await opened()
      const revision = await store.set(KEY, registration('1'))
      expect(revision).toEqual(expect.any(String))
      expect(await store.set(KEY, registration('2'))).toBeUndefined()
      expect(await store.get(KEY)).toStrictEqual({ ...registration('1'), revision })
    })

    test('what is changed, only in place of what was read', async () => {
      const { store } = await opened()
      const first = await store.set(KEY, registration('1'))
      const second = await store.set(KEY, registration('2', first))
      expect(await store.set(KEY, registration('3', first))).toBeUndefined()
      expect(await store.get(KEY)).toStrictEqual(registration('2', second))
      await store.delete(KEY)
      expect(await store.set(KEY, registration('4', second))).toBeUndefined()
      expect(await store.get(KEY)).toBeUndefined()
    })

    test('a new revision with each save, even of the same', async () => {
      const { store } = await opened()
      const revisions = [await store.set(KEY, registration('1'))]
      for (let saves = 0; saves < 5; saves++) {
        revisions.push(await store.set(KEY, registration('1', revisions.at(-1))))
      }
      await store.delete(KEY)
      revisions.push(await store.set(KEY, registration('1')))
      expect(new Set(revisions).size).toBe(7)
      expect(revisions).not.toContain(undefined)
    })

    test('until it is deleted: with its revision, or with none', async () => {
      const { store } = await opened()
      const first = await store.set(KEY, registration('1'))
      const second = await store.set(KEY, registration('2', first))
      expect(await store.delete(KEY, first)).toBe(false)
      expect(await store.get(KEY)).toStrictEqual(registration('2', second))
      expect(await store.delete(KEY, second)).toBe(true)
      expect(await store.get(KEY)).toBeUndefined()
      await store.set(KEY, registration('3'))
      expect(await store.delete(KEY)).toBe(true)
      expect(await store.delete(KEY)).toBe(false)
      expect(await store.list()).toEqual([])
    })

    for (const [what, value] of Object.entries(VALUES)) {
      test(`${what}, exactly`, async () => {
        const { store, other } = await opened()
        const revision = await store.set(KEY, value)
        expect(await store.get(KEY)).toStrictEqual({ ...value, revision })
        expect(await other.get(KEY)).toStrictEqual({ ...value, revision })
        expect(await other.list()).toStrictEqual([[KEY, { ...value, revision }]])
      })
    }

    test('any key apart from every other', async () => {
      const { store, other } = await opened()
      const revisions = await Promise.all(KEYS.map((key, index) => store.set(key, registration(`${index}`))))
      const all = KEYS.map((key, index) => [key, registration(`${index}`, revisions[index])])
      expect(revisions).not.toContain(undefined)
      expect(await Promise.all(KEYS.map((key) => other.get(key)))).toStrictEqual(
        all.map(([, stored]) => stored),
      )
      const listed = await other.list()
      expect(listed).toHaveLength(KEYS.length)
      expect(new Map(listed)).toStrictEqual(new Map(all as typeof listed))
      expect(await Promise.all(KEYS.map((key) => other.lock(key, () => other.delete(key))))).not.toContain(
        false,
      )
      expect(await store.list()).toEqual([])
    })

    test('what is of an issuer, whichever of the two has a slash at its end', async () => {
      const { store, other } = await opened()
      const issuers = ['https://as.example.com', 'https://as.example.com/']
      const keys = issuers.map((issuer) => JSON.stringify([issuer, 'client', '1']))
      for (const key of keys) await store.set(key, registration('1'))
      for (const issuer of issuers)
        expect((await other.list(issuer)).map(([key]) => key).sort()).toEqual(keys)
    })

    test('no key that is an inherited name', async () => {
      const { store } = await opened()
      for (const key of ['__proto__', 'constructor', 'toString']) expect(await store.get(key)).toBeUndefined()
    })

    test('copies: of what it takes, and of what it gives', async () => {
      const { store } = await opened()
      const given = {
        ...registration('1'),
        client: { client_id: '1', redirect_uris: ['https://a.example/'] },
      }
      const saving = store.set(KEY, given)
      given.client.client_id = 'changed'
      Object.assign(given, { revision: 'changed' })
      const revision = await saving
      expect(revision).toEqual(expect.any(String))
      given.client.redirect_uris.push('https://evil.example/')
      for (const taken of [await store.get(KEY), (await store.list())[0]?.[1]]) {
        expect(taken?.client).toStrictEqual({ client_id: '1', redirect_uris: ['https://a.example/'] })
        taken?.client?.redirect_uris?.push('https://evil.example/')
      }
      expect((await store.get(KEY))?.client?.redirect_uris).toEqual(['https://a.example/'])
    })
  })
}
