import type { DcrError, ErrorCode, ErrorDetails } from '../errors.js'
import { LONGEST_NAME, printable } from '../printable.js'
import type { Provider } from '../providers/provider.js'
import type { WarningCode } from '../warnings.js'
import { failure } from './failure.js'
import { type CheckedOptions, checkedOptions, type InnerOptions } from './options.js'

/** One call of the public surface, from its start to its deadline. */
export interface Call extends Readonly<Omit<CheckedOptions, 'onWarning'>> {
  readonly operation: string
  /** Where the server that is called contradicts the specifications. */
  readonly provider?: Provider | undefined
  /** On the clock of `performance.now()`. */
  readonly expiresAt: number
  readonly warn: (code: WarningCode, message: string, member?: string) => void
}

export function openCall(operation: string, ...layers: readonly (InnerOptions | undefined)[]): Call {
  const options = checkedOptions(operation, layers)
  const { timeout, onWarning } = options
  const warn: Call['warn'] = (code, message, member) => {
    try {
      // A server names its members as it likes.
      const named = member !== undefined && { member: printable(member, LONGEST_NAME) }
      onWarning?.({ code, ...named, message })
    } catch {
      // A listener cannot change what became of a request.
    }
  }
  // Added to what is new already: a copy of it takes ten times as long.
  return Object.assign(options, {
    operation,
    provider: undefined,
    expiresAt: performance.now() + timeout,
    warn,
  })
}

export const NOTHING_SENT: ErrorDetails = { outcome: 'not_sent' }

/** Why a wait is over before what was waited for has come. */
export interface Interruption {
  readonly code: ErrorCode
  readonly what: string
  readonly cause?: unknown
}

/** Whether an error says that nobody waits any more: the deadline of the whole call has passed, or its caller gave it up. */
export function isOver({ code, cause }: DcrError): boolean {
  return code === 'aborted' || (code === 'timeout' && cause === undefined)
}

/** A time of its own for a part of a call. */
export interface PartLimit {
  readonly limit: 'firstByte' | 'idle'
  readonly milliseconds: number
  readonly what: string
}

function interruptionOf({ signal, timeout }: Call, passed?: PartLimit): Interruption {
  if (signal?.aborted) return { code: 'aborted', what: 'was aborted', cause: signal.reason }
  if (passed) return { code: 'timeout', what: passed.what, cause: { limit: passed.limit } }
  return { code: 'timeout', what: `had not ended after ${timeout} ms` }
}

/**
 * Runs a task until it settles, the call's deadline or the time for this part of it passes, or its signal aborts,
 * whichever is first: the result is then what `interrupted` makes of it, or throws. The task can have the time for
 * its part begin anew.
 */
export function unlessInterrupted<T, Else>(
  call: Call,
  task: (restart: () => void) => Promise<T>,
  interrupted: (interruption: Interruption) => Else,
  limit?: PartLimit,
): Promise<T | Else> {
  const { signal, expiresAt } = call
  return new Promise((resolve, reject) => {
    let isOver = false
    let last: ReturnType<typeof setTimeout> | undefined
    const finish = () => {
      isOver = true
      for (const timer of [deadline, silence, last]) clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
    }
    const interrupt = (passed?: PartLimit) => {
      finish()
      try {
        resolve(interrupted(interruptionOf(call, passed)))
      } catch (error) {
        reject(error)
      }
    }
    const aborted = () => interrupt()
    const timer = (milliseconds: number, passed?: PartLimit) =>
      setTimeout(() => {
        // This thread may have been busy all the time, and the answer be there: it is looked for once more.
        last = setTimeout(interrupt, 0, passed)
      }, milliseconds)
    const remaining = Math.max(0, expiresAt - performance.now())
    const deadline = timer(remaining)
    const part = limit && limit.milliseconds < remaining ? limit : undefined
    let silence = part && timer(part.milliseconds, part)
    const restart = () => {
      clearTimeout(silence)
      silence = part && !isOver ? timer(part.milliseconds, part) : undefined
    }
    if (signal?.aborted) return interrupt()
    signal?.addEventListener('abort', aborted)
    task(restart).then(resolve, reject).finally(finish)
  })
}

/** Hears from a task what is to be done if it is interrupted. The last one counts. */
export type WhenInterrupted = (end: () => void) => void

/**
 * Runs a task until it settles or is interrupted. What the task still does after that is ignored.
 * `during` and `before` are what to tell of an interruption of the task, and of one that came before it could start.
 */
export async function within<T>(
  call: Call,
  task: (whenInterrupted: WhenInterrupted) => Promise<T> | T,
  during = NOTHING_SENT,
  before = during,
  limit?: PartLimit,
): Promise<T> {
  const fail = ({ code, what, cause }: Interruption, details: ErrorDetails): never => {
    throw failure(call, code, what, cause === undefined ? details : { ...details, cause })
  }
  if (call.signal?.aborted || call.expiresAt <= performance.now()) return fail(interruptionOf(call), before)
  // No AbortController: most tasks have nothing to end, and one costs more than all the rest here.
  let end = () => {}
  const whenInterrupted: WhenInterrupted = (given) => {
    end = given
  }
  const interrupted = (interruption: Interruption): never => {
    end()
    return fail(interruption, during)
  }
  return unlessInterrupted(call, async () => task(whenInterrupted), interrupted, limit)
}

/** A wait in milliseconds that leaves no timer behind. */
export function pause(wait: number, whenInterrupted: WhenInterrupted): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, wait)
    whenInterrupted(() => clearTimeout(timer))
  })
}
