import { test } from 'vitest'

/**
 * A row of the table of deviations: what some servers do against the specifications, and what becomes of it here.
 * `complete.test.ts` counts the calls.
 */
export function deviation(number: number, name: string, run: () => Promise<void>): void {
  test(`${number} ${name}`, run)
}
