import type { OAuthError } from '../errors.js'
import { AROUND, type Around, type SurroundedOptions } from '../http/options.js'
import { refusal } from '../http/refusal.js'

/**
 * The requests for one client. When all is stopped, what waits, or has only asked what anybody may ask, is given up at
 * once; where something was sent that may change the client, its work goes on to its end: an answer that nobody waits
 * for may be a client that nobody knows of.
 */
export class Passage {
  readonly #slowed: (seconds: number) => void
  readonly #controller = new AbortController()
  #mattering = 0
  #reason: { readonly why: unknown } | undefined

  /** @param slowed - Is told when the server asks for a pause. */
  constructor(slowed: (seconds: number) => void) {
    this.#slowed = slowed
  }

  /** Whether something was sent that may change the client, and has not come to nothing. */
  get matters(): boolean {
    return this.#mattering > 0
  }

  get options(): SurroundedOptions & { readonly signal: AbortSignal } {
    return { [AROUND]: this.around, signal: this.#controller.signal }
  }

  stop(why: unknown): void {
    this.#reason = { why }
    if (this.#mattering === 0) this.abort(why)
  }

  /** Gives up what was sent, too. */
  abort(why: unknown): void {
    this.#controller.abort(why)
  }

  /** Stands around each request. */
  readonly around: Around = async ({ method, isAuthorized }, send) => {
    // A server may hand out a new token with any answer to who has proved to be somebody.
    const matters = method !== 'GET' || isAuthorized
    if (matters) this.#mattering++
    const response = await send()
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
