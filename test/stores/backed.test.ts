import { describe, expect, test, vi } from 'vitest'
import { backedStore } from '../../src/stores/backed.js'
import { aesGcm } from '../../src/stores/encryption.js'
import { eventually } from '../eventually.js'
import { failureOf } from '../failure-of.js'
import { storeContract } from './contract.js'
import { fakeBackend, fakeStore } from './fake-backend.js'
import { gate, KEY, registration } from './samples.js'

const encryption = aesGcm([{ id: 'k1', key: new Uint8Array(32).fill(7) }])

for (const [name, options] of Object.entries({ backedStore: {}, 'backedStore, encrypted': { encryption } })) {
  storeContract(name, async () => {
    const { backend } = fakeBackend()
    return {
      store: backedStore(backend, options),
      another: () => backedStore(backend, options),
      close: async () => {},
    }
  })
}

describe('saves from outside', () => {
  test('that wait for the key do not stand in the way of a task that waits for it too', async () => {
    const { store, steal, free } = fakeStore()
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    steal(KEY)
    const first = store.set(KEY, registration('first'))
    await eventually(() => expect(timeout).toHaveBeenCalled())
    const inside = store.lock(KEY, () => store.set(KEY, registration('inside')))
    const last = store.set(KEY, registration('last'))
    await eventually(() => expect(timeout).toHaveBeenCalledTimes(2))
    free(KEY)
    const revisions = await Promise.all([first, inside, last])
    expect(revisions).toEqual([expect.any(String), undefined, undefined])
    expect(await store.get(KEY)).toStrictEqual(registration('first', revisions[0]))
  })

  test('that come while a task waits for the key do not stand in its way', async () => {
    const { store, events, steal, free } = fakeStore()
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    steal(KEY)
    const inside = store.lock(KEY, () => store.set(KEY, registration('inside')))
    await eventually(() => expect(events).toEqual(['asked']))
    const outside = store.set(KEY, registration('outside'))
    await eventually(() => expect(timeout).toHaveBeenCalled())
    free(KEY)
    expect(await Promise.all([inside, outside])).toEqual([expect.any(String), undefined])
    expect(await store.get(KEY)).toStrictEqual(registration('inside', await inside))
  })

  test('during a task go by its hold, without waiting for its end', async () => {
    const { store, events } = fakeStore()
    const { open, opened: ended } = gate()
    const locked = store.lock(KEY, () => ended)
    await eventually(() => expect(events).toContain('held'))
    expect(await store.set(KEY, registration('outside'))).toEqual(expect.any(String))
    open()
    await locked
    expect(events).toEqual(['asked', 'held', 'released'])
  })
})

describe('what cannot be read or kept', () => {
  test('the text of another key is refused, and left as it is', async () => {
    const { store, texts } = fakeStore()
    await store.set('a', registration('1'))
    const moved = `${texts.get('a')}`
    texts.set(KEY, moved)
    const calls = [store.get(KEY), store.set(KEY, registration('2')), store.delete(KEY), store.list()]
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error).toMatchObject({ name: 'DcrError', code: 'store_unreadable', outcome: 'not_sent' })
      expect(error.message).toContain(`the place of ${KEY} belongs to another client, of the place of a, `)
    }
    expect(texts.get(KEY)).toBe(moved)
  })

  test('a damaged text is refused, and left as it is', async () => {
    const { store, texts } = fakeStore()
    await store.set('a', registration('1'))
    texts.set(KEY, '')
    const calls = [store.get(KEY), store.set(KEY, registration('2')), store.delete(KEY), store.list()]
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error).toMatchObject({ name: 'DcrError', code: 'store_unreadable', outcome: 'not_sent' })
      expect(error.message).toContain(`the place of ${KEY} is damaged`)
    }
    expect(texts.get(KEY)).toBe('')
    expect(await store.get('a')).toMatchObject(registration('1'))
  })

  test('is no reason to fail for who lists another issuer, if it says of whom it is', async () => {
    const { store, texts } = fakeStore()
    const other = 'https://other.example.com'
    const otherKey = JSON.stringify([other, 'name', 'default'])
    await store.set(KEY, registration('1'))
    const revision = await store.set(otherKey, { issuer: other })
    texts.set(KEY, `${texts.get(KEY)}damage`)
    expect(await store.list(other)).toStrictEqual([[otherKey, { issuer: other, revision }]])
    texts.set('1', 'damage')
    for (const issuer of [undefined, 'https://as.example.com', other]) {
      expect(await failureOf(store.list(issuer))).toMatchObject({ code: 'store_unreadable' })
    }
  })

  const circle: Record<string, unknown> = { secret_member: 's3cret' }
  circle.again = circle
  const levels = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  const unkept = { 'a circle': circle, 'a BigInt': { secret_member: 1n }, '100,000 levels': { levels } }
  for (const [what, client] of Object.entries(unkept)) {
    test(`${what} is refused, and nothing is kept`, async () => {
      const { store, texts } = fakeStore()
      const error = await failureOf(store.set(KEY, { ...registration('1'), client: client as never }))
      expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
      expect(`${error.stack}${error.cause}`).not.toMatch(/secret_member|s3cret/)
      expect(texts.size).toBe(0)
    })
  }
})
