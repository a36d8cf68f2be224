import type { Backend, Found } from '../backend.js'
import { polled } from '../polling.js'
import { ask, mastersOf, type RedisClient, textOf } from './client.js'
import { scripts } from './scripts.js'

/** Keys to a page: few round trips, and no page that keeps the server from others. */
const PAGE = 1000

/** Milliseconds: far longer than a script takes, and no long wait for who has done all but this. */
const LONGEST_RELEASE = 500

export function redisBackend(client: RedisClient, prefix: string, lockTimeout: number): Backend {
  // In a cluster, what stands in braces decides where it lies: the lock and what it locks are together.
  const place = (key: string) => `${prefix}:{${key}}:registration`
  const keyIn = (name: string) => name.slice(`${prefix}:{`.length, -'}:registration'.length)
  const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}:{*}:registration`
  const read = async (name: string) => textOf(await ask(client, name, lockTimeout, ['GET', name]))

  /** The names that one server has; some of them twice. */
  async function* names(master: RedisClient): AsyncGenerator<string[]> {
    let cursor = '0'
    do {
      const reply = await ask(master, pattern, lockTimeout, [
        'SCAN',
        cursor,
        'MATCH',
        pattern,
        'COUNT',
        `${PAGE}`,
      ])
      const [next, page] = reply as [unknown, unknown[]]
      yield page.map(String)
      cursor = String(next)
    } while (cursor !== '0')
  }

  return {
    place,
    read: (key) => read(place(key)),
    async list() {
      const found = new Map<string, Found>()
      for (const master of mastersOf(client, pattern)) {
        for await (const page of names(master)) {
          const texts = await Promise.all(page.map(async (name) => [name, await read(name)] as const))
          for (const [name, text] of texts)
            if (text !== undefined) found.set(name, { place: name, text, key: keyIn(name) })
        }
      }
      return [...found.values()]
    },
    async hold(key, signal) {
      const token = crypto.randomUUID()
      const runWithin = (time: number, script: keyof typeof scripts, ...values: string[]) => {
        const names = [`${prefix}:{${key}}:lock`, place(key)]
        return ask(client, place(key), time, [
          'EVAL',
          scripts[script],
          `${names.length}`,
          ...names,
          token,
          ...values,
        ])
      }
      const run = (script: keyof typeof scripts, ...values: string[]) =>
        runWithin(lockTimeout, script, ...values)
      const done = async (...command: Parameters<typeof run>) => Number(await run(...command)) === 1
      // Where it does not come through, the lock ends by itself.
      const release = () => runWithin(LONGEST_RELEASE, 'release').then(ignore, ignore)
      const lease = `${lockTimeout}`

      try {
        await polled(async () => (await done('take', lease)) || undefined, signal)
      } catch (error) {
        // A try that was given up may yet arrive.
        release()
        throw error
      }
      // A third of the lease, so that two may fail. Whether it is still held, each write asks for itself.
      const renewal = setInterval(() => run('renew', lease).catch(() => {}), lockTimeout / 3)
      return {
        read: async () => textOf(await run('read')),
        write: (text) => done('write', text),
        remove: () => done('remove'),
        release() {
          clearInterval(renewal)
          return release()
        },
      }
    },
  }
}

function ignore(): void {}
