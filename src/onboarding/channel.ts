/** As many as a reader can be behind: the writers then wait, and memory stays as it is. */
const CAPACITY = 64

/** Hands what several tasks tell to one reader, in its order. */
export class Channel<T> {
  readonly #values: T[] = []
  readonly #writers: (() => void)[] = []
  #reader: (() => void) | undefined
  #isClosed = false
  #isRead = true

  /** Waits while the reader is behind. */
  async put(value: T): Promise<void> {
    if (!this.#isRead) return
    this.#values.push(value)
    this.#reader?.()
    if (this.#values.length > CAPACITY) await new Promise<void>((resolve) => this.#writers.push(resolve))
  }

  /** The next value; undefined when there comes no more. */
  async take(): Promise<T | undefined> {
    while (this.#values.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#reader = resolve
      })
    }
    const value = this.#values.shift()
    this.#writers.shift()?.()
    return value
  }

  /** Nothing is put any more. */
  close(): void {
    this.#isClosed = true
    this.#reader?.()
  }

  /** Nobody reads any more: what is put is dropped. */
  abandon(): void {
    this.#isRead = false
    for (const proceed of this.#writers.splice(0)) proceed()
  }
}
