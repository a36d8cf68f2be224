import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { aesGcm, type EncryptionKey } from '../../src/stores/encryption.js'
import type { CredentialStore } from '../../src/stores/store.js'
import { type WebStorage, webStorageStore } from '../../src/stores/web-storage.js'
import { eventually } from '../eventually.js'
import { failureOf } from '../failure-of.js'
import { storeContract } from './contract.js'
import { fakeLocks } from './fake-locks.js'
import { fakeStorage } from './fake-storage.js'
import { gate, KEY, registration } from './samples.js'

/** The locks of this runtime: Node.js has them from version 24. */
const { locks: own } = (globalThis.navigator ?? {}) as Partial<Navigator>

/** For the length of a test, the runtime has these locks, or none. */
function withLocks(locks?: object) {
  vi.stubGlobal('navigator', { locks })
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
}

const refusing = (name: string) => ({ request: () => Promise.reject(new DOMException('no', name)) })

storeContract('webStorageStore, without Web Locks', async () => {
  withLocks()
  const storage = fakeStorage()
  return { store: webStorageStore(storage), another: () => webStorageStore(storage), close: async () => {} }
})

storeContract('webStorageStore, in an opaque origin', async () => {
  withLocks(refusing('SecurityError'))
  const storage = fakeStorage()
  return { store: webStorageStore(storage), another: () => webStorageStore(storage), close: async () => {} }
})

for (const [whose, locks] of Object.entries({ 'a browser': fakeLocks, 'this runtime': own && (() => own) })) {
  if (!locks) continue
  storeContract(`webStorageStore, in two tabs, with the Web Locks of ${whose}`, async () => {
    withLocks(locks())
    // Each tab has an object of its own for the same items.
    const { items } = fakeStorage()
    return {
      store: webStorageStore(fakeStorage(items)),
      another: () => webStorageStore(fakeStorage(items)),
      close: async () => {},
    }
  })
}

describe('Web Locks', () => {
  test('are asked for by a name of the prefix and the key, and once for a task and its saves', async () => {
    const locks = fakeLocks()
    withLocks(locks)
    const store = webStorageStore(fakeStorage(), { prefix: 'app' })
    await store.lock(KEY, async () =>
      store.set(KEY, registration('1', await store.set(KEY, registration('0')))),
    )
    expect(locks.names).toEqual([`dcr-client app:${KEY}`])
    expect((await store.get(KEY))?.client?.client_id).toBe('1')
  })

  test('are waited for: another tab that holds them is not disturbed', async () => {
    const locks = fakeLocks()
    withLocks(locks)
    const { open, opened } = gate()
    const events: string[] = []
    const other = locks.request(
      `dcr-client dcr-client:${KEY}`,
      { signal: new AbortController().signal },
      async () => {
        await opened
        events.push('the other tab is done')
      },
    )
    const store = webStorageStore(fakeStorage())
    const locked = store.lock(KEY, async () => events.push('this tab has the key'))
    await eventually(() => expect(locks.names).toHaveLength(2))
    open()
    await Promise.all([other, locked])
    expect(events).toEqual(['the other tab is done', 'this tab has the key'])
  })

  test('that fail are an error that says so, and no task runs', async () => {
    withLocks(refusing('InvalidStateError'))
    const store = webStorageStore(fakeStorage())
    const task = vi.fn()
    for (const call of [store.lock(KEY, task), store.set(KEY, registration('1'))]) {
      const error = await failureOf(call)
      expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'InvalidStateError' } })
      expect(error.message).toContain('the Web Locks of this page cannot be used: InvalidStateError')
    }
    expect(task).not.toHaveBeenCalled()
  })
})

describe('a storage that fails', () => {
  const calls: Record<keyof WebStorage, [what: string, (store: CredentialStore) => Promise<unknown>]> = {
    getItem: ['read the item', (store) => store.get(KEY)],
    setItem: [
      'write the item',
      async (store) => store.set(KEY, registration('s3cret', await revision(store))),
    ],
    removeItem: ['remove the item', (store) => store.delete(KEY)],
    key: ['list the items', (store) => store.list()],
  }
  const revision = async (store: CredentialStore) => (await store.get(KEY))?.revision
  const failures = {
    QuotaExceededError: 'setItem',
    SecurityError: undefined,
    NS_ERROR_DOM_QUOTA_REACHED: 'setItem',
  }
  for (const [name, only] of Object.entries(failures)) {
    for (const method of Object.keys(calls) as (keyof WebStorage)[]) {
      if (only && method !== only) continue
      test(`${method}: ${name}`, async () => {
        const storage = fakeStorage()
        const store = webStorageStore(storage)
        const before = await store.set(KEY, registration('1'))
        const fail = () => {
          throw new DOMException('s3cret', name)
        }
        const [what, call] = calls[method]
        const error = await failureOf(call(webStorageStore({ ...storage, [method]: fail })))
        expect(error).toMatchObject({ code: 'store_failed', outcome: 'not_sent', cause: { code: name } })
        expect(error.message).toContain(`could not ${what}`)
        expect(error.message).toContain(
          `: ${name}; ${only ? 'make room' : 'allow this origin to store data'}`,
        )
        expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('s3cret')
        expect(await store.get(KEY)).toStrictEqual(registration('1', before))
      })
    }
  }
})

describe('a storage that others use too', () => {
  test('keeps one item for each key, beside items of others and of other prefixes', async () => {
    const others = [
      ['dcr-client', 'none of ours'],
      ['dcr-client-2:a', 'none of ours'],
      ['a:dcr-client:a', 'none of ours'],
    ] as const
    const storage = fakeStorage(new Map(others))
    const [one, two] = [webStorageStore(storage), webStorageStore(storage, { prefix: '' })]
    const [first, second] = [await one.set(KEY, registration('1')), await two.set(KEY, registration('2'))]
    expect([...storage.items.keys()]).toEqual([
      ...others.map(([name]) => name),
      `dcr-client:${KEY}`,
      `:${KEY}`,
    ])
    expect(await one.list()).toStrictEqual([[KEY, registration('1', first)]])
    expect(await two.list()).toStrictEqual([[KEY, registration('2', second)]])
    await one.delete(KEY)
    await two.delete(KEY)
    expect([...storage.items]).toEqual(others)
  })

  test('is listed without items of the application that begin like ours', async () => {
    const storage = fakeStorage(new Map([['dcr-client:theme', 'dark']]))
    const store = webStorageStore(storage)
    await store.set(KEY, registration('1'))
    expect((await store.list()).map(([key]) => key)).toEqual([KEY])
    expect(storage.items.get('dcr-client:theme')).toBe('dark')
    // The name is one of ours, or the text begins like one.
    const damages = [
      [KEY, 'dark'],
      ['theme', '{"format":1}'],
    ] as const
    for (const [key, text] of damages) {
      const damaged = webStorageStore(fakeStorage(new Map([[`dcr-client:${key}`, text]])))
      expect(await failureOf(damaged.list())).toMatchObject({ code: 'store_unreadable' })
    }
  })

  test('is listed whole while items come and go, and with them the order', async () => {
    const storage = fakeStorage()
    const store = webStorageStore(storage)
    const keys = Array.from({ length: 10 }, (_, index) => `${index}`)
    for (const key of keys) await store.set(key, registration(key))
    // Whoever removes an item moves up those behind it; 20 such removals happen between the calls.
    const foreign = Array.from({ length: 20 }, (_, index): [string, string] => [`foreign ${index}`, ''])
    const items = new Map([...foreign, ...storage.items])
    const moving = fakeStorage(items)
    const { key } = moving
    let calls = 0
    moving.key = (index) => {
      if (++calls % 2 === 0) items.delete(`foreign ${calls / 2 - 1}`)
      return key(index)
    }
    const listed = await webStorageStore(moving).list()
    expect(listed.map(([of]) => of).sort()).toEqual(keys)
  })

  test('is listed without what has been deleted meanwhile', async () => {
    const storage = fakeStorage()
    const store = webStorageStore(storage)
    await store.set('a', registration('1'))
    await store.set('b', registration('2'))
    const { getItem } = storage
    storage.getItem = (name) => {
      storage.items.delete('dcr-client:b')
      return getItem(name)
    }
    expect((await store.list()).map(([key]) => key)).toEqual(['a'])
  })
})

test('what is encrypted with a key that no script can export is read with it', async () => {
  const storage = fakeStorage()
  const algorithm = { name: 'AES-GCM', length: 256 }
  const key = (await crypto.subtle.generateKey(algorithm, false, [
    'encrypt',
    'decrypt',
  ])) as EncryptionKey['key']
  const store = webStorageStore(storage, { encryption: aesGcm([{ id: 'k1', key }]) })
  const revision = await store.set(KEY, registration('s3cret'))
  expect([...storage.items.values()].join()).not.toContain('s3cret')
  expect(await store.get(KEY)).toStrictEqual(registration('s3cret', revision))
})

describe('is not made of', () => {
  const { getItem, setItem, removeItem } = fakeStorage()
  const given: Record<string, [storage: unknown, options?: unknown]> = {
    'no storage': [undefined],
    'one that is switched off': [null],
    'something else': [{}],
    'one without `key`': [{ getItem, setItem, removeItem }],
    'a prefix with a colon': [fakeStorage(), { prefix: 'a:b' }],
    'a prefix that is no text': [fakeStorage(), { prefix: 1 }],
  }
  for (const [what, [storage, options]] of Object.entries(given)) {
    test(what, async () => {
      const error = await failureOf(
        Promise.resolve().then(() => webStorageStore(storage as never, options as never)),
      )
      expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
      expect(error.message).toMatch(/^webStorageStore: the (storage|prefix) must/)
    })
  }
})
