import type { OAuthError } from '../errors.js'
import { Ender } from '../http/ending.js'
import { networkFault } from '../http/network-fault.js'
import { AROUND, type Around, ENDING, type InnerOptions } from '../http/options.js'
import { refusal } from '../http/refusal.js'

/**
 * The requests for one client. When all is stopped, what waits, or has only asked what anybody may ask, is given up at
 * once; where something was sent that may change the client, its work goes on to its end: an answer that nobody waits
 * for may be a client that nobody knows of.
 */
export class Passage {
  readonly #slowed: (seconds: number) => void
  readonly #ender: Ender | AbortController
  #mattering = 0
  #reason: { readonly why: unknown } | undefined

  /**
   * @param slowed - Is told when the server asks for a pause.
   * @param ender - Gives up what is asked.
   */
  constructor(slowed: (seconds: number) => void, ender: Ender | AbortController = new Ender()) {
    this.#slowed = slowed
    this.#ender = ender
  }

  /** Whether something was sent that may change the client, and has not come to nothing. */
  get matters(): boolean {
    return this.#mattering > 0
  }

  get options(): InnerOptions {
    return { [AROUND]: this.around, [ENDING]: this.#ender.signal }
  }

  stop(why: unknown): void {
    this.#reason = { why }
    if (this.#mattering === 0) this.abort(why)
  }

  /** Gives up what was sent, too. */
  abort(why: unknown): void {
    this.#ender.abort(why)
  }

  /** Stands around each request. */
  readonly around: Around = async ({ method, isAuthorized }, send) => {
    // A server may hand out a new token with any answer to who has proved to be somebody.
    const matters = method !== 'GET' || isAuthorized
    if (matters) this.#mattering++
    const response = await send().catch((error) => {
      if (matters && networkFault(error, '').outcome === 'not_sent') this.#over()
      throw error
    })
    if (isRedirect(response)) return response
    const wait = pauseAskedFor(response)
    if (wait !== undefined) this.#slowed(wait)
    // The answer to a deletion holds nothing that could be lost with it.
    const isOver = matters && (wait !== undefined || method === 'DELETE')
    return isOver ? toldWhenRead(response, () => this.#over()) : response
  }

  /** What was sent has changed nothing, as its answer says, or all that it was to change. */
  #over(): void {
    this.#mattering--
    if (this.#reason && this.#mattering === 0) this.abort(this.#reason.why)
  }
}

/** Of one that was followed, nobody knows what it did; and none made anew would say that it was one. */
function isRedirect({ status, redirected }: Response): boolean {
  return redirected || status < 200 || (status >= 300 && status < 400)
}

/** The same response, and a word when all of it was read and what it says is known: until then it may mean anything. */
function toldWhenRead(response: Response, tell: () => void): Response {
  const { status, statusText, headers, body } = response
  // Who has read it goes on before a timer does.
  const flush = () => void setTimeout(tell)
  if (!body) flush()
  const told = body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ flush })) ?? null
  return new Response(told, { status, statusText, headers })
}

/** The passages that are open at a server. */
export class Passages {
  readonly #open = new Set<Passage>()

  async with<T>(passage: Passage, task: (options: Passage['options']) => Promise<T>): Promise<T> {
    this.#open.add(passage)
    try {
      return await task(passage.options)
    } finally {
      this.#open.delete(passage)
    }
  }

  stop(why: unknown): void {
    for (const passage of this.#open) passage.stop(why)
  }

  abort(why: unknown): void {
    for (const passage of this.#open) passage.abort(why)
  }
}

/** The seconds that an answer asks to wait, which has changed nothing then. */
function pauseAskedFor({ status, headers }: Response): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  const told = refusal({ operation: 'onboarding' }, { status, headers, json: undefined, secrets: [] }, {})
  return (told as OAuthError).retryAfter
}
