import { DcrError, type ErrorDetails } from './errors.js'
import { type Call, within } from './http/call.js'
import { failure } from './http/failure.js'
import { hasControlCharacter } from './http/printable.js'
import { type CredentialStore, storeKey } from './stores/store.js'
import type { ClientInformation } from './types.js'

/** Milliseconds for a store to save what a server has given: longer than any disk, shorter than a hung one. */
const SAVING_TIMEOUT = 10_000

/** The store of one server's clients, if the caller gave one. */
export interface Custody {
  readonly issuer: string
  readonly store?: CredentialStore | undefined
}

const METHODS = ['get', 'set', 'delete', 'list', 'lock'] as const

/** A store that turns out to be none when a client has been registered comes too late. */
export function checkStore(store: CredentialStore | undefined, call: Call): void {
  if (store === undefined || METHODS.every((method) => typeof Object(store)[method] === 'function')) return
  throw failure(call, 'invalid_argument', `options.store must have the methods ${METHODS.join(', ')}`)
}

/**
 * Runs a task with the newest client information, while nobody else who shares the store runs one for the same
 * client: a token that is rotated serves one request only. Settles when the task does; only the wait for its
 * turn is bounded here.
 */
export async function alone<T>(
  { store, issuer }: Custody,
  client: ClientInformation,
  call: Call,
  task: (newest: ClientInformation) => Promise<T>,
): Promise<T> {
  const { client_id } = Object(client)
  if (typeof client_id !== 'string' || client_id === '' || hasControlCharacter(client_id)) {
    throw failure(call, 'invalid_argument', 'the client must be a client information with its client_id')
  }
  if (!store) return task(client)
  const key = storeKey(issuer, client_id)
  return new Promise((resolve, reject) => {
    let waiting = true
    const fail = (error: unknown) => {
      waiting = false
      const unusable = () => failure(call, 'store_failed', 'the store could not be locked or read')
      reject(error instanceof DcrError ? error : unusable())
    }
    const turn = new Promise<void>((begin, never) => {
      const run = async () => {
        // Nobody waits any more for a turn that comes too late.
        if (!waiting) return
        begin()
        const stored = await within(call, () => store.get(key))
        resolve(await task(stored?.client ?? client))
      }
      Promise.resolve(store.lock(key, () => run().catch(fail))).catch(never)
    })
    within(call, () => turn).catch(fail)
  })
}

/** Saves what a server has given, or forgets what it has deleted, before the caller hears of it. */
export async function keep(
  what: 'set' | 'delete',
  client: ClientInformation,
  { store, issuer }: Custody,
  call: Call,
  details: ErrorDetails,
): Promise<void> {
  if (!store) return
  const key = storeKey(issuer, client.client_id)
  try {
    // Not on the call's own time: what the server did is kept even if the caller no longer waits for it.
    const saving = { ...call, signal: undefined, expiresAt: performance.now() + SAVING_TIMEOUT }
    await within(saving, () => (what === 'set' ? store.set(key, { issuer, client }) : store.delete(key)))
  } catch {
    const told = { ...details, outcome: 'applied', client } as const
    throw failure(call, 'store_failed', 'was answered, but the store failed to keep that', told)
  }
}
