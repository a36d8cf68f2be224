import type { RequestOptions, Warning } from '../index.js'

/** What the requests of a command are made with, beside what is the same for all commands. */
export interface RequestSettings {
  readonly timeout?: number
  readonly allowInsecureRequests: boolean
  readonly trustedOrigins: readonly string[]
  readonly onWarning: (warning: Warning) => void
}

/**
 * The requests of a command, which an interruption does not cut off: an answer that nobody waits for may be a client that
 * nobody knows of. After it nothing new is sent. What has sent nothing but questions anybody may ask is given up at once.
 */
export class Requests {
  readonly #settings: RequestSettings
  readonly #controller = new AbortController()
  #isInterrupted = false
  #sent = 0
  /** How many of these may have changed something, answered or not: a body may still be read. */
  #mattering = 0

  constructor(settings: RequestSettings) {
    this.#settings = settings
  }

  /** For every call of the library. */
  get options(): RequestOptions {
    const { signal } = this.#controller
    return { ...this.#settings, signal, fetch: (request) => this.#fetch(request) }
  }

  /**
   * For what ends by `signal`, and then tidies up what it has made at a server: its requests are sent after an interruption,
   * too, and given up by a second one.
   */
  tidying(signal: AbortSignal): RequestOptions {
    const send = (request: Request) =>
      this.#send(new Request(request, { signal: AbortSignal.any([request.signal, this.#controller.signal]) }))
    return { ...this.#settings, signal, fetch: send }
  }

  get isAnythingSent(): boolean {
    return this.#sent > 0
  }

  /** @returns Whether the answer to something that was sent is waited for. */
  interrupt(): boolean {
    this.#isInterrupted = true
    if (this.#mattering === 0) this.abort()
    return this.#mattering > 0
  }

  /** Gives up what was sent, too. */
  abort(): void {
    this.#isInterrupted = true
    this.#controller.abort(new Error('interrupted'))
  }

  #fetch(request: Request): Promise<Response> {
    // By the name of the system call the library knows that nothing was sent.
    const refusal = { code: 'INTERRUPTED', syscall: 'connect' }
    if (this.#isInterrupted) return Promise.reject(Object.assign(new Error('interrupted'), refusal))
    return this.#send(request)
  }

  #send(request: Request): Promise<Response> {
    this.#sent++
    // A server may hand out a new token with any answer to who has proved to be somebody.
    if (request.method !== 'GET' || request.headers.has('authorization')) this.#mattering++
    return fetch(request)
  }
}
