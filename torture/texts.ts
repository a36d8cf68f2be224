import { setImmediate } from 'node:timers/promises'
import type { CredentialStore } from 'dcr-client'
import { insist } from './violation.js'

/** Of more than one page of the system, so that there is something to tear. */
const LENGTH = 20_000

/** Saves within one turn, so that the saves follow each other as fast as the disk allows. */
const SAVES_PER_TURN = 25

/** What is kept under a key that many write: a number that each save raises by one, and a text that is all of that number. */
function numbered(number: number) {
  const text = `${number} `.repeat(Math.ceil(LENGTH / `${number} `.length))
  return { issuer: 'https://as.example.com', client: { client_id: `${number}`, text } }
}

export async function numberIn(store: CredentialStore, key: string): Promise<number> {
  const stored = await store.get(key)
  const number = Number(stored?.client?.client_id ?? 0)
  const { text } = numbered(number).client
  insist(number === 0 || stored?.client?.text === text, 'a reader saw half of one save and half of another')
  return number
}

export async function write(store: CredentialStore, key: string, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    await store.lock(key, async () => {
      for (let turn = 0; turn < SAVES_PER_TURN && done < times; turn++, done++) {
        const found = await store.get(key)
        const { revision } = found ?? {}
        const next = numbered(Number(found?.client?.client_id ?? 0) + 1)
        insist(await store.set(key, { ...next, revision }), 'the holder of a lock lost a comparison')
      }
    })
  }
}

/** Tells now and then how often it has read. */
export async function readForEver(
  store: CredentialStore,
  key: string,
  tell: (times: number) => void,
): Promise<void> {
  let newest = 0
  for (let times = 1; ; times++) {
    const number = await numberIn(store, key)
    insist(number >= newest, `a reader saw save ${number} after save ${newest}`)
    newest = number
    if (times % 100 === 0) tell(times)
    await setImmediate()
  }
}
