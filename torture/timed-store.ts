import type { CredentialStore } from 'dcr-client'

/** A store that remembers how long anybody has waited for its lock, in milliseconds. */
export interface TimedStore {
  readonly store: CredentialStore
  readonly longestWait: number
}

export function timed(real: CredentialStore): TimedStore {
  let longestWait = 0
  return {
    store: {
      ...real,
      lock(key, task, signal) {
        const asked = performance.now()
        const run = () => {
          longestWait = Math.max(longestWait, performance.now() - asked)
          return task()
        }
        return real.lock(key, run, signal)
      },
    },
    get longestWait() {
      return longestWait
    },
  }
}
