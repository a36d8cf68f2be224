import type { DcrError } from '../errors.js'
import { type Call, within } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { CredentialStore, StoredRegistration } from '../stores/store.js'
import { type Custody, storeError, unhurried } from './custody.js'
import { custodyOf, type Records } from './stored.js'

/** Makes the custody of what is stored under the key whose turn it is. */
export type CustodyInTurn = (found: StoredRegistration, records: Records) => Custody

/** What is done in a turn. `endTurn` gives it up before the task has ended. */
export type Task<T> = (
  stored: StoredRegistration | undefined,
  custodyInTurn: CustodyInTurn,
  endTurn: () => void,
) => Promise<T>

/**
 * Runs a task while nobody else who shares the store runs one for the same key. Only the wait for its turn is bounded
 * here. The turn ends when what the task has left unfinished is saved and undone, and its caller does not wait for that.
 */
export function inTurn<T>(store: CredentialStore, key: string, call: Call, task: Task<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const waiting = new AbortController()
    const fail = (error: unknown) => {
      waiting.abort(error)
      reject(storeError(error, call, 'the store could not be locked or read'))
    }
    const turn = new Promise<void>((begin, never) => {
      const run = async () => {
        // Nobody waits any more for a turn that comes too late.
        if (waiting.signal.aborted) return
        begin()
        const stored = await within(call, () => store.get(key))
        const unfinished: Promise<void>[] = []
        const leave = (work: Promise<void>) => void unfinished.push(work)
        const custodyInTurn: CustodyInTurn = (found, records) => custodyOf(store, key, found, records, leave)
        await new Promise<void>((end) => {
          const running = task(stored, custodyInTurn, end)
          resolve(running)
          running.then(
            () => end(),
            () => end(),
          )
        })
        if (unfinished.length > 0)
          await within(unhurried(call), () => Promise.all(unfinished)).catch(() => {})
      }
      Promise.resolve(store.lock(key, () => run().catch(fail), waiting.signal)).catch(never)
    })
    // Who has given up before it began does not look at it.
    turn.catch(() => {})
    within(call, () => turn).catch((error) => fail(noTurn(error, call)))
  })
}

/** Who waits for the turn of another has to know that: it may be the one that waits for this. */
function noTurn(error: unknown, call: Call): unknown {
  if ((error as DcrError | undefined)?.code !== 'timeout') return error
  const what = `had no turn within ${call.timeout} ms: another call about the same client has not ended, or the store does not answer. From inside a token source or fetch, such a call would wait for itself`
  return failure(call, 'timeout', what)
}
