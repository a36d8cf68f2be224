import { AROUND, type Around, type InnerOptions } from '../http/options.js'
import type { Warning } from '../index.js'
import { Passage } from '../onboarding/passage.js'

/** What the requests of a command are made with, beside what is the same for all commands. */
export interface RequestSettings {
  readonly timeout?: number
  readonly allowInsecureRequests: boolean
  readonly trustedOrigins: readonly string[]
  readonly onWarning: (warning: Warning) => void
}

/**
 * The requests of a command, which an interruption does not cut off: an answer that nobody waits for may be a client that
 * nobody knows of. After it nothing new is sent, and what only waits or has asked what anybody may ask is given up at once.
 */
export class Requests {
  readonly #settings: RequestSettings
  #open = opened()
  #isInterrupted = false
  #sent = 0

  constructor(settings: RequestSettings) {
    this.#settings = settings
  }

  /** For every call of the library. */
  get options(): InnerOptions {
    const pass = this.#passing()
    // By the name of the system call the library knows that nothing was sent.
    const refusal = { code: 'INTERRUPTED', syscall: 'connect' }
    const around: Around = (told, send) =>
      this.#isInterrupted
        ? Promise.reject(Object.assign(new Error('interrupted'), refusal))
        : pass(told, send)
    return { ...this.#settings, signal: this.#open.controller.signal, [AROUND]: around }
  }

  /** For the next thing that is done, after what was sent for the one before is finished and saved. */
  next(): InnerOptions {
    this.#open = opened()
    return this.options
  }

  /**
   * For what ends by `signal`, and then tidies up what it has made at a server: its requests are sent after an interruption,
   * too, and given up by a second one.
   */
  tidying(signal: AbortSignal): InnerOptions {
    const { signal: givenUp } = this.#open.controller
    const send = (request: Request) =>
      fetch(new Request(request, { signal: AbortSignal.any([request.signal, givenUp]) }))
    return { ...this.#settings, signal, fetch: send, [AROUND]: this.#passing() }
  }

  get isAnythingSent(): boolean {
    return this.#sent > 0
  }

  /** @returns Whether the answer to something that was sent is waited for. */
  interrupt(): boolean {
    this.#isInterrupted = true
    this.#open.passage.stop(new Error('interrupted'))
    return this.#open.passage.matters
  }

  /** Gives up what was sent, too. */
  abort(): void {
    this.#isInterrupted = true
    this.#open.passage.abort(new Error('interrupted'))
  }

  /** Sends requests by the passage that is open now. */
  #passing(): Around {
    const { around } = this.#open.passage
    return (told, send) => {
      this.#sent++
      return around(told, send)
    }
  }
}

/** A passage, and what gives it up: a real signal, which `apply` hears, too. */
function opened() {
  const controller = new AbortController()
  return { controller, passage: new Passage(() => {}, controller) }
}
