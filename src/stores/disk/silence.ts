import { lstatSync } from 'node:fs'

/** Milliseconds from one sign of life of an owner to the next. */
export const BEAT = 400

/** Milliseconds: an owner that missed three signs, and the fourth is due, is taken for dead. */
const LONGEST_SILENCE = 4 * BEAT

/**
 * Tells whether an owner, of whom nothing else is known, has given no sign of life for so long that it must be dead: by
 * the time this process has watched it, as clocks of machines differ. What passes between two looks counts as one beat at
 * most: this process may have been asleep, and the owner with it.
 */
export function silenceOf(): (path: string) => boolean {
  const watched = new Map<string, { sign: number; looked: number; silent: number }>()
  return (path) => {
    const { mtimeMs: sign } = lstatSync(path)
    const looked = performance.now()
    const last = watched.get(path)
    const silent = last?.sign === sign ? last.silent + Math.min(looked - last.looked, BEAT) : 0
    watched.set(path, { sign, looked, silent })
    return silent >= LONGEST_SILENCE
  }
}
