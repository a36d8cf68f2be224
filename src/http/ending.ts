/**
 * Tells that nobody waits any more, and why: what a call needs of an `AbortSignal`. Between the parts of this library an
 * {@link Ender} does, as a signal costs a hundred times as much to make and to hear.
 */
export interface Ending {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', hear: () => void): void
  removeEventListener(type: 'abort', hear: () => void): void
}

/** Ends what hears of it, once: an `AbortController` that is its own signal. Who hears must not throw. */
export class Ender implements Ending {
  readonly #hearers = new Set<() => void>()
  aborted = false
  reason: unknown

  get signal(): Ending {
    return this
  }

  addEventListener(_type: 'abort', hear: () => void): void {
    this.#hearers.add(hear)
  }

  removeEventListener(_type: 'abort', hear: () => void): void {
    this.#hearers.delete(hear)
  }

  abort(reason?: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    for (const hear of this.#hearers) hear()
  }
}

/** A signal of the application with one listener of ours, however many calls it is given to: Node warns of eleven. */
class Heard implements Ending {
  readonly #signal: AbortSignal
  readonly #hearers = new Set<() => void>()
  readonly #tell = () => {
    for (const hear of this.#hearers) hear()
  }

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  get aborted(): boolean {
    return this.#signal.aborted
  }

  get reason(): unknown {
    return this.#signal.reason
  }

  addEventListener(type: 'abort', hear: () => void): void {
    if (this.#hearers.size === 0) this.#signal.addEventListener(type, this.#tell)
    this.#hearers.add(hear)
  }

  removeEventListener(type: 'abort', hear: () => void): void {
    this.#hearers.delete(hear)
    if (this.#hearers.size === 0) this.#signal.removeEventListener(type, this.#tell)
  }
}

const known = new WeakMap<AbortSignal, Heard>()

export function heard(signal: AbortSignal): Ending {
  const ending = known.get(signal)
  if (ending) return ending
  const fresh = new Heard(signal)
  known.set(signal, fresh)
  return fresh
}
