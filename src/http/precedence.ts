import type { DcrError } from '../errors.js'
import type { Warning } from '../warnings.js'
import type { Call } from './call.js'
import { Ender, type Ending } from './ending.js'

/**
 * Milliseconds that a result in hand waits for one of higher precedence. Servers answer all their well-known
 * paths alike, so one that is silent this much longer is most likely not served at all.
 */
const GRACE = 2000

/** What came of attempts at the same time: results and failures in the order of precedence. */
export interface Settled<T> {
  /** The one to take: the first that is enough, else the first of all. */
  readonly best?: T | undefined
  readonly failures: readonly DcrError[]
}

interface Found<T> {
  readonly result: T
  readonly warnings: readonly Warning[]
}

/**
 * Makes attempts at the same time, the one of highest precedence first in the list, and waits for no more of
 * them than could change what is taken: the others are cancelled. Of the warnings those about what is taken
 * are told.
 */
export async function firstByPrecedence<T>(
  call: Call,
  attempts: readonly ((call: Call) => Promise<T>)[],
  isEnough: (result: T) => boolean,
): Promise<Settled<T>> {
  const cancel = new Ender()
  const abort = () => cancel.abort(call.signal?.reason)
  if (call.signal?.aborted) abort()
  call.signal?.addEventListener('abort', abort)
  const start = async (attempt: (call: Call) => Promise<T>): Promise<Found<T>> => {
    const { call: own, warnings } = noting({ ...call, signal: cancel })
    return { result: await attempt(own), warnings }
  }
  try {
    const started = attempts.map((attempt) => start(attempt).catch((error: DcrError) => error))
    const { best, failures } = await settled(started, ({ result }) => isEnough(result), cancel)
    tell(best?.warnings ?? [], call)
    return { best: best?.result, failures }
  } finally {
    call.signal?.removeEventListener('abort', abort)
    cancel.abort()
  }
}

/** The same call, whose warnings are noted, until it is known whether anybody is to be told. */
export function noting(call: Call): { call: Call; warnings: Warning[] } {
  const warnings: Warning[] = []
  const warn: Call['warn'] = (code, message, member) =>
    void warnings.push({ code, message, ...(member && { member }) })
  return { call: { ...call, warn }, warnings }
}

export function tell(warnings: readonly Warning[], { warn }: Call): void {
  for (const { code, message, member } of warnings) warn(code, message, member)
}

/** All attempts are under way; waiting for them in their order is choosing by precedence. */
async function settled<T extends object>(
  started: readonly Promise<T | DcrError>[],
  isEnough: (found: T) => boolean,
  signal: Ending,
): Promise<Settled<T>> {
  const found: T[] = []
  const failures: DcrError[] = []
  const late = lateness(started, isEnough, signal)
  for (const attempt of started) {
    const result = await Promise.race([attempt, late])
    if (result === undefined) continue
    if (result instanceof Error) failures.push(result)
    else if (isEnough(result)) return { best: result, failures }
    else found.push(result)
  }
  return { best: found[0], failures }
}

/**
 * Resolves, to nothing, when a result that will do has been in hand for as long as we wait for a better one.
 */
async function lateness<T extends object>(
  started: readonly Promise<T | DcrError>[],
  isEnough: (found: T) => boolean,
  signal: Ending,
): Promise<undefined> {
  await Promise.any(
    started.map(async (attempt) => {
      const result = await attempt
      if (result instanceof Error || !isEnough(result)) throw result
    }),
  ).catch(() => new Promise(() => {}))
  await grace(signal)
}

/** Resolves when what is better has had its time; never, if that is over before. */
export function grace(signal: Ending | undefined): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal?.aborted) return
    const timer = setTimeout(resolve, GRACE, undefined)
    signal?.addEventListener('abort', () => clearTimeout(timer))
  })
}
