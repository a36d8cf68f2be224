import { DcrError, type ErrorDetails } from '../errors.js'
import { type Call, NOTHING_SENT } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { Operation, StoredRegistration } from '../stores/store.js'
import type { ClientInformation, ClientMetadata } from '../types.js'

/** Milliseconds for a store to save what a server has given: longer than its own waits (10 s), whose reasons are told. */
const SAVING_TIMEOUT = 15_000

/** What keeps the credentials of one client safe around the requests about it. */
export interface Custody {
  /** Of the intents it keeps. */
  readonly id?: string
  /** What was asked of the server before, and has not been answered as far as the store knows. */
  readonly interrupted?: Operation | undefined
  /** What is stored by now, unless another process has changed it. */
  readonly stored?: StoredRegistration | undefined
  /** Whether there was an answer that cannot be used. */
  readonly hasRescued?: boolean
  /** Before a request that may change the client or its credentials. */
  intend(operation: Operation, call: Call, requested?: ClientMetadata): Promise<void>
  /** After one that certainly changed nothing. */
  withdraw(call: Call): Promise<void>
  /**
   * What a server has given, before anybody sees it.
   *
   * @param clock - The server's own time. Seconds since the epoch.
   * @returns The client as it is kept: with what this answer left out and was known before.
   */
  keep(
    client: ClientInformation,
    call: Call,
    details: ErrorDetails,
    clock?: number,
  ): Promise<ClientInformation>
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
  keep: async (client) => client,
  rescue: nothing,
  forget: nothing,
}

const METHODS = ['get', 'set', 'delete', 'list', 'lock'] as const

/** A store that turns out to be none when a client has been registered comes too late. */
export function checkStore(store: unknown, call: Call): void {
  if (METHODS.every((method) => typeof Object(store)[method] === 'function')) return
  throw failure(call, 'invalid_argument', `options.store must have the methods ${METHODS.join(', ')}`)
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

/** What the server did is kept even if the caller no longer waits for it. */
export function unhurried(call: Call): Call {
  return { ...call, signal: undefined, expiresAt: performance.now() + SAVING_TIMEOUT }
}

/** A code such as ECONNREFUSED or 23505: too short for anything that was stored to be told by it. */
const SYSTEM_CODE = /^[A-Z\d_]{1,32}$/

/** The store's own account of what went wrong; what a stranger's store throws may hold anything but in its code. */
export function storeError(
  error: unknown,
  call: Call,
  what: string,
  details: ErrorDetails = NOTHING_SENT,
): DcrError {
  if (!(error instanceof DcrError)) {
    const { code: system } = Object(error)
    if (typeof system !== 'string' || !SYSTEM_CODE.test(system))
      return failure(call, 'store_failed', what, details)
    return failure(call, 'store_failed', `${what} (${system})`, { ...details, cause: { code: system } })
  }
  const { code, message, cause } = error
  if (code.startsWith('store_')) {
    const account = `${what}: ${message.replace(/^store: /, '')}`
    return failure(call, code, account, { ...details, ...(cause !== undefined && { cause }) })
  }
  // The caller's time was up, or the store's: what has been answered is told all the same.
  if (details.outcome !== 'applied') return error
  const silence = code === 'timeout' ? `: the store did not answer within ${SAVING_TIMEOUT / 1000} s` : ''
  return failure(call, 'store_failed', `${what}${silence}`, details)
}

/** Seconds since the epoch, by the clock of this machine. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000)
}
