import type { CredentialStore } from '../../index.js'
import type { Command } from '../command.js'
import { OUTPUT_WITHOUT_SECRETS, STORE } from '../options.js'

/** Saves at the same time: a disk syncs them together, and a database has as many connections. */
const AT_ONCE = 8

/** Saves what is there; not what somebody has deleted meanwhile. What somebody has saved meanwhile may have the old key. */
async function isSavedAnew(store: CredentialStore, key: string): Promise<boolean> {
  for (;;) {
    const stored = await store.get(key)
    if (!stored) return false
    if ((await store.set(key, stored)) !== undefined) return true
  }
}

export const command: Command = {
  name: 'reseal',
  summary: 'Save every client in the store once more, encrypted with the first key',
  description:
    'To rotate the key of a store: give every process the new key behind the old one, then before it, reseal, and drop the old one. Of what was encrypted with that nothing stays in a folder or a journal. Sends nothing. A store in clear is not encrypted by it.',
  arguments: [],
  options: [...STORE, ...OUTPUT_WITHOUT_SECRETS],
  examples: [
    {
      what: 'The file has two lines, ID:KEY, of which the first is the new one',
      command: 'dcr reseal --store-key-file store.keys',
    },
  ],
  async run(context) {
    const store = await context.store()
    const keys = (await store.list()).map(([key]) => key)
    let saved = 0
    for (let start = 0; start < keys.length && !context.signal.aborted; start += AT_ONCE) {
      const some = keys.slice(start, start + AT_ONCE)
      const areSaved = await Promise.all(some.map((key) => isSavedAnew(store, key)))
      saved += areSaved.filter(Boolean).length
    }
    if (!context.signal.aborted) await store.compact?.()
    await context.print({ saved })
    return undefined
  },
}
