import type { CredentialStore } from '../../index.js'
import type { Command } from '../command.js'
import { OUTPUT, STORE } from '../options.js'

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
    'To rotate the key of a store: give every process the new key behind the old one, then before it, reseal, and drop the old one. Sends nothing. A store in clear is not encrypted by it.',
  arguments: [],
  options: [...STORE, ...OUTPUT],
  examples: [
    {
      what: 'The file has two lines, ID:KEY, of which the first is the new one',
      command: 'dcr reseal --store-key-file store.keys',
    },
  ],
  async run(context) {
    const store = await context.store()
    let saved = 0
    for (const [key] of await store.list()) {
      if (context.signal.aborted) break
      if (await isSavedAnew(store, key)) saved++
    }
    await context.print({ saved })
    return undefined
  },
}
