import type { ErrorDetails } from '../errors.js'
import { type Call, within } from '../http/call.js'
import { storeFailure } from '../stores/failure.js'
import type { CredentialStore, Intent, StoredRegistration } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { type Custody, seconds, storeError, unhurried } from './custody.js'

/** What is stored after an answer. `clock` is the server's own time. Seconds since the epoch. */
export type Kept = (
  stored: StoredRegistration,
  client: ClientInformation,
  clock?: number,
) => StoredRegistration

/** How a registration that is stored goes on from what a server has given. */
export interface Records {
  readonly kept: Kept
  /** After an answer that cannot be used. Default: as after any other. */
  readonly rescued?: Kept
  /** After a deletion. Undefined, which is the default, where nothing is left to be stored. */
  readonly forgotten?: (stored: StoredRegistration) => StoredRegistration | undefined
}

/** Two saves that were compared have failed, or a store of somebody else's does not keep to its interface. */
const NOT_SAVED = "another process has changed it meanwhile, or the store's set() returns no revision"

/**
 * The custody of what is stored under a key; every save is compared, as another process may have come between.
 *
 * @param leave - Is given what is still being saved, and then undone, when nobody waits for it any more.
 */
export function custodyOf(
  store: CredentialStore,
  key: string,
  found: StoredRegistration,
  records: Records,
  leave: (unfinished: Promise<void>) => void = () => {},
): Custody {
  const id = crypto.randomUUID()
  let stored = found
  let before = found
  let hasRescued = false
  const save = async (next: StoredRegistration | undefined) => {
    const { revision } = stored
    if (!next) {
      if (revision === undefined || (await store.delete(key, revision))) return
      throw storeFailure('store_conflict', 'another process has changed it meanwhile')
    }
    const set = () => store.set(key, { ...next, revision })
    // The first may have lost the lock and nothing else; the second takes it anew, and wins if nobody saved meanwhile.
    const saved = (await set()) ?? (await set())
    if (saved === undefined) throw storeFailure('store_conflict', NOT_SAVED)
    stored = { ...next, revision: saved }
  }
  const takeBack = async () => {
    const now = await store.get(key)
    if (now?.intent?.id !== id) throw storeFailure('store_conflict', 'nothing was saved')
    stored = now
  }
  const withdraw = async (call: Call) => {
    // One intent too many is no harm, and the error that is on its way says more.
    const rest = before.revision === undefined ? undefined : { ...stored, intent: before.intent }
    await within(unhurried(call), () => save(rest)).catch(() => {})
  }
  const answered = async (
    next: StoredRegistration | undefined,
    client: ClientInformation,
    call: Call,
    details: ErrorDetails,
  ) => {
    try {
      await within(unhurried(call), () => save(next))
    } catch (error) {
      const told = { ...details, outcome: 'applied', client } as const
      throw storeError(error, call, 'was answered, but that was not kept', told)
    }
  }
  return {
    id,
    get interrupted() {
      return stored.intent?.operation
    },
    get stored() {
      return stored
    },
    get hasRescued() {
      return hasRescued
    },
    async intend(operation, call, requested) {
      before = stored
      // Whether another client comes to be, or what a read answers, says nothing of what became of the one there is.
      const { intent: last } = stored
      const isAbout = operation === 'update' || operation === 'delete'
      const interrupted = isAbout ? undefined : last?.operation === operation ? last.before : last
      const intent: Intent = { id, operation, at: seconds(), requested, before: interrupted }
      let saving = Promise.resolve()
      const begin = () => {
        saving = save({ ...stored, intent })
        return saving
      }
      await within(call, begin).catch((error) => {
        // What the caller gave up, or the store denies, may be saved all the same, and is never sent.
        leave(
          saving
            .catch(takeBack)
            .then(() => withdraw(call))
            .catch(() => {}),
        )
        throw storeError(error, call, 'the store failed')
      })
    },
    withdraw,
    async keep(client, call, details, clock) {
      const next = records.kept(stored, client, clock)
      const { client: whole = client } = next
      await answered(next, whole, call, details)
      return whole
    },
    rescue(client, call, details) {
      hasRescued = true
      return answered((records.rescued ?? records.kept)(stored, client), client, call, details)
    },
    forget: (call, details) =>
      answered(records.forgotten?.(stored), stored.client ?? Object(details.client), call, details),
  }
}
