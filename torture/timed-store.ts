import type { CredentialStore } from 'dcr-client'

/** A store that knows of those who ask for its locks. */
export interface TimedStore {
  readonly store: CredentialStore
  /** Milliseconds that anybody has waited. */
  readonly longestWait: number
  /** Waits until all that was locked is released: a caller has its answer before. */
  idle(): Promise<void>
}

export function timed(real: CredentialStore): TimedStore {
  let longestWait = 0
  const locks = new Set<Promise<unknown>>()
  return {
    store: {
      ...real,
      lock(key, task, signal) {
        const asked = performance.now()
        const run = () => {
          longestWait = Math.max(longestWait, performance.now() - asked)
          return task()
        }
        const lock = real.lock(key, run, signal)
        locks.add(lock)
        return lock
      },
    },
    get longestWait() {
      return longestWait
    },
    async idle() {
      await Promise.allSettled(locks)
      locks.clear()
    },
  }
}
