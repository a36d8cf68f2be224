// The program of a process of its own: it is given the directory of a store, and what to do.
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { fileStore } from '../../../src/stores/file/index.js'
import { KEY, registration } from './registration.js'
import { intercept } from './system-calls.js'

const [directory = '', what, ...parameters] = process.argv.slice(2)
const store = fileStore({ directory })
const say = (line: string) => process.stdout.write(`${line}\n`)

const CHANGES = ['mkdir', 'open', 'rename', 'rm', 'rmdir', 'sync', 'unlink', 'writeFile']

const tasks: Record<string, () => Promise<unknown>> = {
  /** Says so when it has the lock, and keeps it. */
  hold: () =>
    store.lock(KEY, async () => {
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
        const { client_id = '0:', client_secret } = found?.client ?? {}
        const [count] = client_id.split(':')
        if (found && client_id !== `${count}:${client_secret}`) throw new Error('torn')
        const padding = 'x'.repeat(Math.random() * 200_000)
        const { issuer } = registration('')
        const client = { client_id: `${Number(count) + 1}:${padding}`, client_secret: padding }
        await store.set(KEY, { issuer, client, ...(found && { revision: found.revision }) })
        unlinkSync(witness)
      })
    }
  },

  /** Is killed ahead of its k-th call that may change the file system. Says when it has not been. */
  async die() {
    const [k, way] = parameters
    let calls = 0
    await intercept(async (name) => {
      if (CHANGES.includes(name) && ++calls === Number(k)) {
        process.kill(process.pid, 'SIGKILL')
        await new Promise(() => {})
      }
    })
    const found = await store.get(KEY)
    if (way === 'set') await store.set(KEY, registration('new', found?.revision))
    else await store.delete(KEY)
    say('done')
  },

  /** Says how it fails. */
  async save() {
    await store.set(KEY, registration('new')).then(
      () => say('saved'),
      ({ code, cause, message }) => say(JSON.stringify({ code, cause, message })),
    )
  },
}

await tasks[`${what}`]?.()
