/** Milliseconds between two tries: few enough for nobody to notice, enough not to keep a server busy. */
const SHORTEST = 25
const LONGEST = 75

/**
 * Tries until there is a result. Pauses differ, so that those who wait for the same do not stay in step.
 *
 * @param signal - Ends it after the next pause, at the latest; it rejects with the reason then.
 */
export async function polled<T>(attempt: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    const result = await attempt()
    if (result !== undefined) return result
    await new Promise((resolve) => setTimeout(resolve, SHORTEST + Math.random() * (LONGEST - SHORTEST)))
  }
}
