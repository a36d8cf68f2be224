import { DcrError } from '../errors.js'
import { backedStore, type StoreOptions } from './backed.js'
import type { Backend } from './backend.js'
import { storeFailure } from './failure.js'
import { checkOptions } from './options.js'
import { type CredentialStore, issuerOf } from './store.js'
import { turns } from './turns.js'

/** What is used of `localStorage` or `sessionStorage`. */
export type WebStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key'>

/** Options of {@link webStorageStore}. */
export interface WebStorageStoreOptions extends StoreOptions {
  /** What the names of the items begin with, before a colon; it has none itself. Default: `dcr-client`. */
  prefix?: string | undefined
}

const METHODS = ['getItem', 'setItem', 'removeItem', 'key'] as const

/** What browsers call a storage that is full; the second is Firefox. */
const FULL = ['QuotaExceededError', 'NS_ERROR_DOM_QUOTA_REACHED']

/** Of each storage, for all stores on it: in this process, nobody else may come between. */
const turnsOf = new WeakMap<object, ReturnType<typeof turns>>()

/**
 * Keeps registrations in the `localStorage` or `sessionStorage` of a browser, one item each, named
 * `<prefix>:<key>`. Only a secure context (`https:` or loopback) has the WebCrypto it needs.
 *
 * Every script of the origin can read what is stored there, and so can who has the profile of the browser on disk.
 * Keep clients without a secret there, or encrypt: {@link aesGcm} with a `CryptoKey` that cannot be exported, kept
 * in IndexedDB. A script of the origin can still use such a key, but not carry it away.
 *
 * Its lock is one for all tabs and workers of the origin where the runtime has Web Locks and the origin may use them;
 * elsewhere it reaches no further than this tab or process. Browsers may drop what is stored, and some do after a
 * week without a visit.
 *
 * @throws {DcrError} `invalid_argument`; its methods reject with `store_failed` (the name of the `DOMException`, such as
 * `QuotaExceededError`, is the `code` of the cause), `store_unreadable`, `store_sealed` or `store_conflict`
 * @example
 * const store = webStorageStore(localStorage)
 */
export function webStorageStore(storage: WebStorage, options: WebStorageStoreOptions = {}): CredentialStore {
  checkOptions('webStorageStore', options)
  const { prefix = 'dcr-client' } = options
  if (!METHODS.every((method) => typeof Object(storage)[method] === 'function')) {
    throw invalid(
      `the storage must have the methods ${METHODS.join(', ')}, as localStorage has where it is enabled`,
    )
  }
  if (typeof prefix !== 'string' || prefix.includes(':'))
    throw invalid('the prefix must be a text without a colon')
  const inTurn = turnsOf.get(storage) ?? turns()
  turnsOf.set(storage, inTurn)

  const name = (key: string) => `${prefix}:${key}`
  const place = (key: string) => `the item ${JSON.stringify(name(key))} of the web storage`
  const read = async (key: string) =>
    attempt(`read ${place(key)}`, () => storage.getItem(name(key)) ?? undefined)

  const backend: Backend = {
    read,
    place,
    async list() {
      const names = attempt('list the items of the web storage', () => namesIn(storage, name('')))
      const keys = names.map((item) => item.slice(name('').length))
      const found = await Promise.all(keys.map(async (key) => ({ key, text: await read(key) })))
      return found.flatMap(({ key, text }) =>
        text === undefined || isForeign(key, text) ? [] : { place: place(key), text, key },
      )
    },
    hold: (key, signal) =>
      new Promise((resolve, reject) => {
        const begin = () =>
          new Promise<void>((release) => {
            resolve({
              read: () => read(key),
              async write(text) {
                attempt(`write ${place(key)}`, () => storage.setItem(name(key), text))
                return true
              },
              async remove() {
                attempt(`remove ${place(key)}`, () => storage.removeItem(name(key)))
                return true
              },
              release: async () => release(),
            })
          })
        inTurn(name(key), () => acrossTabs(`dcr-client ${name(key)}`, begin, signal), signal).catch(reject)
      }),
  }
  return backedStore(backend, options)
}

/** Runs a task while no other tab or worker of the origin does, as far as the runtime can tell. */
async function acrossTabs(name: string, task: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const { locks } = (globalThis.navigator ?? {}) as Partial<Navigator>
  if (typeof locks?.request !== 'function') return task()
  try {
    await locks.request(name, { signal }, task)
  } catch (error) {
    const system = (error as Error).name
    // An opaque origin has the locks and may not use them.
    if (system === 'SecurityError') return task()
    throw storeFailure('store_failed', `the Web Locks of this page cannot be used: ${system}`, system)
  }
}

/** Whether an item that begins like one of ours is the application's own: neither its name nor its text is as we write it. */
function isForeign(key: string, text: string): boolean {
  return issuerOf(key) === undefined && !text.startsWith('{"format":')
}

/** Walks until two walks see the same: what comes and goes in another tab meanwhile moves up or down what is behind it. */
function namesIn(storage: WebStorage, beginning: string): string[] {
  let names: string[] = []
  let before: string[]
  do {
    before = names
    names = []
    for (let name = storage.key(0); name !== null; name = storage.key(names.length)) names.push(name)
  } while (JSON.stringify(names) !== JSON.stringify(before))
  return names.filter((name) => name.startsWith(beginning))
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const system = (error as Error).name
    const remedy = FULL.includes(system)
      ? 'make room in the storage of this origin'
      : 'allow this origin to store data, in the settings of the browser'
    throw storeFailure('store_failed', `could not ${what}: ${system}; ${remedy}`, system)
  }
}

function invalid(what: string): DcrError {
  return new DcrError('invalid_argument', `webStorageStore: ${what}. Nothing was sent.`, {
    outcome: 'not_sent',
  })
}
