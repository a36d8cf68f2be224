/** Successes in a row, for each place in use, after which one more client is worked on at the same time. */
const TO_QUICKEN = 8

/** Milliseconds by which two pauses count as one: answers to what was sent at the same time say the same. */
const SAME_PAUSE = 1000

/** How many clients of one server are worked on at the same time, and when none may be begun. */
export class Pace {
  readonly #most: number
  #limit: number
  #active = 0
  #successes = 0
  #resumesAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false
  readonly #waiting: ((mayBegin: boolean) => void)[] = []

  constructor(most: number) {
    this.#most = most
    this.#limit = most
  }

  /** Waits for a place. @returns Whether there is one; false once all is stopped. */
  enter(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#admit()
    })
  }

  leave(): void {
    this.#active--
    this.#admit()
  }

  succeeded(): void {
    if (this.#limit < this.#most && ++this.#successes >= TO_QUICKEN * this.#limit) {
      this.#successes = 0
      this.#limit++
      this.#admit()
    }
  }

  /**
   * Begins nothing for a while, and half as much at the same time after it.
   *
   * @returns Whether this is news: not what was said already.
   */
  pause(milliseconds: number): boolean {
    const now = performance.now()
    const isNews = now + milliseconds > this.#resumesAt + SAME_PAUSE || now >= this.#resumesAt
    if (now >= this.#resumesAt) this.#limit = Math.max(1, this.#limit >> 1)
    this.#successes = 0
    this.#resumesAt = Math.max(this.#resumesAt, now + milliseconds)
    return isNews
  }

  /** Lets nobody begin any more. */
  stop(): void {
    this.#isStopped = true
    this.#admit()
  }

  #admit(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) {
      for (const tell of this.#waiting.splice(0)) tell(false)
      return
    }
    const wait = this.#resumesAt - performance.now()
    if (wait > 0 && this.#waiting.length > 0) {
      this.#timer = setTimeout(() => this.#admit(), wait)
      return
    }
    while (this.#active < this.#limit) {
      const tell = this.#waiting.shift()
      if (!tell) return
      this.#active++
      tell(true)
    }
  }
}
