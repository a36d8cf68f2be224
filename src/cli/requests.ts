import type { RequestOptions, Warning } from '../index.js'
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
  #passage = this.#open()
  #isInterrupted = false
  #sent = 0

  constructor(settings: RequestSettings) {
    this.#settings = settings
  }

  /** For every call of the library. */
  get options(): RequestOptions {
    const { signal } = this.#passage.options
    const pass = this.#passing()
    // By the name of the system call the library knows that nothing was sent.
    const refusal = { code: 'INTERRUPTED', syscall: 'connect' }
    const send = (request: Request) =>
      this.#isInterrupted ? Promise.reject(Object.assign(new Error('interrupted'), refusal)) : pass(request)
    return { ...this.#settings, signal, fetch: send }
  }

  /** For the next thing that is done, after what was sent for the one before is finished and saved. */
  next(): RequestOptions {
    this.#passage = this.#open()
    return this.options
  }

  /**
   * For what ends by `signal`, and then tidies up what it has made at a server: its requests are sent after an interruption,
   * too, and given up by a second one.
   */
  tidying(signal: AbortSignal): RequestOptions {
    const { signal: givenUp } = this.#passage.options
    const pass = this.#passing()
    const send = (request: Request) =>
      pass(new Request(request, { signal: AbortSignal.any([request.signal, givenUp]) }))
    return { ...this.#settings, signal, fetch: send }
  }

  get isAnythingSent(): boolean {
    return this.#sent > 0
  }

  /** @returns Whether the answer to something that was sent is waited for. */
  interrupt(): boolean {
    this.#isInterrupted = true
    this.#passage.stop(new Error('interrupted'))
    return this.#passage.matters
  }

  /** Gives up what was sent, too. */
  abort(): void {
    this.#isInterrupted = true
    this.#passage.abort(new Error('interrupted'))
  }

  #open(): Passage {
    return new Passage(() => {})
  }

  /** Sends requests by the passage that is open now. */
  #passing(): (request: Request) => Promise<Response> {
    const { around } = this.#passage
    return (request) => {
      this.#sent++
      const isAuthorized = request.headers.has('authorization')
      return around({ method: request.method, isAuthorized }, () => fetch(request))
    }
  }
}
