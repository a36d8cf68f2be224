import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { setImmediate } from 'node:timers'

/*
 * What only looks is asked synchronously in this store: the system answers from its memory, for a fifth of what a promise
 * costs. What changes a disk may have to wait for it, and is always a promise.
 */

/** What is at a path, or undefined. A link is not followed. */
export function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** Is waited for before each reading: who reads in a loop would else keep the process from everything else. */
export function inTurnWithOthers(): Promise<void> {
  return new Promise((proceed) => setImmediate(proceed))
}

/** What is in a folder, as far as that can be known. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
