import { DcrError, type ErrorDetails } from './errors.js'
import { type Call, NOTHING_SENT, within } from './http/call.js'
import { failure } from './http/failure.js'
import { storeFailure } from './stores/failure.js'
import type { CredentialStore, Intent, Operation, StoredRegistration } from './stores/store.js'
import type { ClientInformation, ClientMetadata } from './types.js'

/** Milliseconds for a store to save what a server has given: longer than any disk, shorter than a hung one. */
const SAVING_TIMEOUT = 10_000

/** What keeps the credentials of one client safe around the requests about it. */
export interface Custody {
  /** Of the intents it keeps. */
  readonly id?: string
  /** What was asked of the server before, and has not been answered as far as the store knows. */
  readonly interrupted?: Operation | undefined
  /** Before a request that may change the client or its credentials. */
  intend(operation: Operation, call: Call, requested?: ClientMetadata): Promise<void>
  /** After one that certainly changed nothing. */
  withdraw(call: Call): Promise<void>
  /** What a server has given, before anybody sees it. `clock` is the server's own time, in seconds since the epoch. */
  keep(client: ClientInformation, call: Call, details: ErrorDetails, clock?: number): Promise<void>
  /** A new client of whose answer nothing else can be used. */
  rescue(client: ClientInformation, call: Call, details: ErrorDetails): Promise<void>
  /** What a server has deleted. */
  forget(call: Call, details: ErrorDetails): Promise<void>
}

const nothing = async () => {}

/** Where there is no store. */
export const NO_CUSTODY: Custody = {
  intend: nothing,
  withdraw: nothing,
  keep: nothing,
  rescue: nothing,
  forget: nothing,
}

/** How a registration that is stored goes on from what a server has given. */
export interface Records {
  kept(stored: StoredRegistration, client: ClientInformation, clock?: number): StoredRegistration
  rescued(stored: StoredRegistration, client: ClientInformation): StoredRegistration
  /** Undefined where nothing is left to be stored. */
  forgotten(stored: StoredRegistration): StoredRegistration | undefined
}

const METHODS = ['get', 'set', 'delete', 'list', 'lock'] as const

/** A store that turns out to be none when a client has been registered comes too late. */
export function checkStore(store: unknown, call: Call): void {
  if (METHODS.every((method) => typeof Object(store)[method] === 'function')) return
  throw failure(call, 'invalid_argument', `options.store must have the methods ${METHODS.join(', ')}`)
}

/** The custody of what is stored under a key; every save is compared, as another process may have come between. */
export function custodyOf(
  store: CredentialStore,
  key: string,
  found: StoredRegistration,
  records: Records,
): Custody {
  const id = crypto.randomUUID()
  let stored = found
  let before = found
  const save = (next: StoredRegistration | undefined, during: Call) =>
    within(during, async () => {
      const { revision } = stored
      if (!next) {
        if (revision === undefined || (await store.delete(key, revision))) return
        throw storeFailure('store_conflict', 'another process has changed it meanwhile')
      }
      const set = () => store.set(key, { ...next, revision })
      // The first may have lost the lock and nothing else; the second takes it anew, and wins if nobody saved meanwhile.
      const saved = (await set()) ?? (await set())
      if (saved === undefined)
        throw storeFailure('store_conflict', 'another process has changed it meanwhile')
      stored = { ...next, revision: saved }
    })
  const answered = async (
    next: StoredRegistration | undefined,
    client: ClientInformation,
    call: Call,
    details: ErrorDetails,
  ) => {
    try {
      await save(next, unhurried(call))
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
    async intend(operation, call, requested) {
      before = stored
      const intent: Intent = { id, operation, at: seconds(), requested }
      await save({ ...stored, intent }, call).catch((error) => {
        throw storeError(error, call, 'the store failed')
      })
    },
    async withdraw(call) {
      // One intent too many is no harm, and the error that is on its way says more.
      const rest = before.revision === undefined ? undefined : { ...stored, intent: before.intent }
      await save(rest, unhurried(call)).catch(() => {})
    },
    keep: (client, call, details, clock) =>
      answered(records.kept(stored, client, clock), client, call, details),
    rescue: (client, call, details) => answered(records.rescued(stored, client), client, call, details),
    forget: (call, details) =>
      answered(records.forgotten(stored), stored.client ?? Object(details.client), call, details),
  }
}

/** Sends a request that may change something, with a trace of it in the store until it is known what became of it. */
export async function intending<T>(
  custody: Custody,
  operation: Operation,
  call: Call,
  send: () => Promise<T>,
  requested?: ClientMetadata,
): Promise<T> {
  await custody.intend(operation, call, requested)
  try {
    return await send()
  } catch (error) {
    const { outcome } = error as DcrError
    if (outcome === 'not_sent' || outcome === 'rejected') await custody.withdraw(call)
    throw error
  }
}

/** Runs a task while nobody else who shares the store runs one for the same key. Only the wait for its turn is bounded here. */
export function inTurn<T>(
  store: CredentialStore,
  key: string,
  call: Call,
  task: (stored: StoredRegistration | undefined) => Promise<T>,
): Promise<T> {
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
        const running = task(stored)
        resolve(running)
        await running.catch(() => {})
      }
      Promise.resolve(store.lock(key, () => run().catch(fail), waiting.signal)).catch(never)
    })
    within(call, () => turn).catch(fail)
  })
}

/** What the server did is kept even if the caller no longer waits for it. */
export function unhurried(call: Call): Call {
  return { ...call, signal: undefined, expiresAt: performance.now() + SAVING_TIMEOUT }
}

/** The store's own account of what went wrong; what a stranger's store throws may hold anything. */
export function storeError(
  error: unknown,
  call: Call,
  what: string,
  details: ErrorDetails = NOTHING_SENT,
): DcrError {
  if (!(error instanceof DcrError)) return failure(call, 'store_failed', what, details)
  const { code, message, cause } = error
  if (code.startsWith('store_')) {
    const account = `${what}: ${message.replace(/^store: /, '')}`
    return failure(call, code, account, { ...details, ...(cause !== undefined && { cause }) })
  }
  // The caller's time was up, or the store's: what has been answered is told all the same.
  return details.outcome === 'applied' ? failure(call, 'store_failed', what, details) : error
}

/** Seconds since the epoch, by the clock of this machine. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000)
}
