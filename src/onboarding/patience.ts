import type { DcrError, OAuthError } from '../errors.js'
import { failure } from '../http/failure.js'
import type { RetryBudget } from './budget.js'

/** In a row, that failed for a reason which is not theirs: fewer could be chance, at the concurrency that is usual. */
const MOST_IN_A_ROW = 10
/** Seconds: a server that wants to be left alone for longer is better asked by another run. */
const LONGEST_PAUSE = 300
/** Seconds of the first pause that nobody has named; doubled with each after it. */
const FIRST_PAUSE = 1
/** Pauses without any success between them: with the doubling, four minutes in all. */
const MOST_PAUSES = 8

/** What is the server's fault, the store's or the token's, whichever client is asked for. */
const NOT_OF_THE_CLIENT =
  /^(network_error|timeout|server_error|missing_credential|store_failed|store_unsafe)$/

/** A client is tried again after a pause, if one has still to be made. */
export interface Again {
  readonly pause?: { readonly type: 'slowed' | 'waiting'; readonly seconds: number }
}

/** Tells which client is tried again, and when a server does so badly that the others are not asked for at all. */
export class Patience {
  readonly #budget: RetryBudget
  #hasAnswered = false
  #inARow = 0
  #pauses = 0
  #givenUp: DcrError | undefined

  constructor(budget: RetryBudget) {
    this.#budget = budget
  }

  /** Why the other clients are not asked for: each could be one more in doubt. */
  get givenUp(): DcrError | undefined {
    return this.#givenUp
  }

  /** @param isAnswered - Whether the server was asked. */
  succeeded(isAnswered: boolean): void {
    this.#hasAnswered ||= isAnswered
    this.#inARow = 0
    this.#pauses = 0
  }

  paused(): void {
    this.#pauses++
  }

  failed(error: DcrError): void {
    const { code, endpoint = '' } = error
    const isWrongToken = code === 'unauthorized' && endpoint.startsWith('POST ')
    if (!isWrongToken && !NOT_OF_THE_CLIENT.test(code)) this.#inARow = 0
    else if (++this.#inARow >= MOST_IN_A_ROW) this.giveUp(error)
  }

  giveUp(error: DcrError): void {
    this.#givenUp ??= isCertain(error) ? error : notAsked(error)
  }

  /** Whether what has failed is to be tried again; only what has certainly changed nothing. */
  again(error: DcrError): Again | undefined {
    const isSlowed = isSlowedDown(error)
    if (this.#givenUp || (!isSlowed && !(isUnreachable(error) && this.#hasAnswered))) return undefined
    const { retryAfter } = error as OAuthError
    if (this.#pauses > MOST_PAUSES || (retryAfter ?? 0) > LONGEST_PAUSE) {
      this.giveUp(error)
      return undefined
    }
    // Whoever waits as long as the server has said is no burden to it.
    if (isSlowed && retryAfter !== undefined) return {}
    if (!this.#budget.spend()) return undefined
    const seconds = FIRST_PAUSE * 2 ** this.#pauses
    return { pause: { type: isSlowed ? 'slowed' : 'waiting', seconds } }
  }
}

/** The same may be said of all the others only if it says that nothing was done. */
function isCertain({ outcome, endpoint = '' }: DcrError): boolean {
  return outcome === 'not_sent' || outcome === 'rejected' || endpoint.startsWith('GET ')
}

function notAsked({ code }: DcrError): DcrError {
  const what = `was not asked for: ${MOST_IN_A_ROW} clients in a row failed at this server, the last with ${code}`
  return failure({ operation: 'onboarding' }, 'network_error', what)
}

/** Whether a server has refused because it is asked too much, and has changed nothing. */
function isSlowedDown(error: DcrError): boolean {
  const { code, outcome, status, retryAfter } = error as OAuthError
  return outcome === 'rejected' && (code === 'rate_limited' || (status === 503 && retryAfter !== undefined))
}

export function isUnreachable({ code, outcome }: DcrError): boolean {
  return code === 'network_error' && outcome === 'not_sent'
}
