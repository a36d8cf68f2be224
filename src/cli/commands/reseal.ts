import type { Command } from '../command.js'
import { OUTPUT, STORE } from '../options.js'

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
    const all = await store.list()
    // What somebody else has saved meanwhile has the key of that process.
    for (const [key, stored] of all) await store.set(key, stored)
    await context.print({ saved: all.length })
    return undefined
  },
}
