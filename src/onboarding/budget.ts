/** What can be tried again from the start. */
const FIRST = 10

/** Tries again that each first try adds: a server in trouble gets a tenth more, and not several times as much. */
const PER_TRY = 0.1

/** How often a client may be tried again at one origin: of one call, for all its clients together. */
export class RetryBudget {
  #left = FIRST

  /** A client is tried for the first time. */
  earn(): void {
    this.#left += PER_TRY
  }

  /** Whether one may be tried again. */
  spend(): boolean {
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
