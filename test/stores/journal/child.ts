// The program of a process of its own: it is given the directory of a store, and what to do.
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { journalStore } from '../../../src/stores/journal/index.js'
import { KEY, registration } from '../file/registration.js'

const [directory = '', what, ...parameters] = process.argv.slice(2)
const store = journalStore({ directory })
const say = (line: string) => process.stdout.write(`${line}\n`)

const tasks: Record<string, () => Promise<unknown>> = {
  /** Says so when it has the turn and has saved something, and keeps it. */
  hold: () =>
    store.lock(KEY, async () => {
      await store.set(KEY, registration('held'))
      say(`held ${process.pid}`)
      await new Promise((resolve) => setInterval(resolve, 2 ** 30))
    }),

  /** Counts up what is stored, so often, and nobody else meanwhile. */
  async count() {
    const [times, witness = ''] = parameters
    for (let done = 0; done < Number(times); done++) {
      await store.lock(KEY, async () => {
        closeSync(openSync(witness, 'wx'))
        const found = await store.get(KEY)
        const count = Number(found?.client?.client_id ?? 0) + 1
        await store.set(KEY, registration(`${count}`, found?.revision))
        unlinkSync(witness)
      })
      // So that others have their turn.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  },

  /** Saves as fast as it can, and says what is kept. */
  async save() {
    for (let count = 0; ; count++) {
      const keys = Array.from({ length: 8 }, (_, index) => `${parameters} ${count} ${index}`)
      await Promise.all(keys.map(async (key) => (await store.set(key, registration(key))) && say(key)))
    }
  },

  once: () => store.set(KEY, registration('once')).then(() => say('saved')),
}

await tasks[`${what}`]?.()
