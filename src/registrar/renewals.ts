/** Seconds after which a renewal that failed is tried again: four tries in the minute that is the default skew. */
const AGAIN_AFTER = 15

/** When a renewal failed of a secret that is good yet: not every call is to try it again. */
export class FailedRenewals {
  readonly #times = new Map<string, number>()

  /** @param now - Seconds since the epoch, by the clock of this machine. */
  note(key: string, now: number): void {
    this.#times.set(key, now)
  }

  isRecent(key: string, now: number): boolean {
    const failed = this.#times.get(key)
    return failed !== undefined && Math.abs(now - failed) < AGAIN_AFTER
  }
}
