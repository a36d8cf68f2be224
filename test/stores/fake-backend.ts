import { backedStore } from '../../src/stores/backed.js'
import type { Backend, Hold } from '../../src/stores/backend.js'

/** Keeps texts in memory, and gives each key to one holder at a time. What it does can be changed, and is told in `events`. */
export function fakeBackend() {
  const texts = new Map<string, string>()
  const holders = new Map<string, symbol>()
  const events: string[] = []
  let wake = () => {}
  let change = new Promise<void>((resolve) => {
    wake = resolve
  })
  const free = (key: string) => {
    holders.delete(key)
    wake()
    change = new Promise((resolve) => {
      wake = resolve
    })
  }
  const backend: Backend = {
    place: (key) => `the place of ${key}`,
    read: async (key) => texts.get(key),
    list: async () => [...texts].map(([key, text]) => ({ place: `the place of ${key}`, text })),
    async hold(key, signal) {
      events.push('asked')
      while (holders.has(key)) {
        await new Promise<void>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('to be ignored')))
          change.then(resolve)
        })
      }
      events.push('held')
      const holder = Symbol()
      holders.set(key, holder)
      const ifHeld = async (act: () => void) => {
        if (holders.get(key) !== holder) return false
        act()
        return true
      }
      return {
        read: async () => texts.get(key),
        write: (text) => ifHeld(() => texts.set(key, text)),
        remove: () => ifHeld(() => texts.delete(key)),
        async release() {
          events.push('released')
          await ifHeld(() => free(key))
        },
      }
    },
  }
  /** Another process takes the key, even from who holds it. */
  const steal = (key: string) => {
    holders.set(key, Symbol())
  }
  return { backend, texts, events, steal, free, isFree: (key: string) => !holders.has(key) }
}

/** A store and its backend, of which the holds do what the test says. */
export function fakeStore(changed: (hold: Hold) => Partial<Hold> = () => ({})) {
  const fake = fakeBackend()
  const { hold } = fake.backend
  fake.backend.hold = async (...parameters) => {
    const given = await hold(...parameters)
    return { ...given, ...changed(given) }
  }
  return { ...fake, store: backedStore(fake.backend) }
}
