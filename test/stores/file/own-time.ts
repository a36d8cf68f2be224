import { vi } from 'vitest'

/**
 * For the length of a test, the clock goes on with each look at it, by so many milliseconds: as many as the pause between
 * two looks at a lock takes. How long something is waited for depends on nothing else then that the machine has to do.
 */
export function ownTime(step = 25): void {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += step
    return now
  })
}
