import { vi } from 'vitest'

/** Waits until a check passes. What is waited for comes by itself: the time is there to end what hangs. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 5 })
