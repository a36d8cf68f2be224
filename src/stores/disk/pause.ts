import process from 'node:process'
import { setTimeout } from 'node:timers'
import { codeOf } from './system-error.js'

/** Milliseconds. Long enough to cost nothing, apart enough for two who wait not to stay in step, short beside any request. */
const SHORTEST = 5
const LONGEST = 25

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SHORTEST + Math.random() * (LONGEST - SHORTEST)))
}

/** What Windows says while a virus scanner, an indexer or another process has the file open. */
const BUSY = ['EPERM', 'EBUSY', 'EACCES']

/** Milliseconds: scanners are done sooner, and longer would look as if it hung. */
const LONGEST_BUSY = 2_000

/** Repeats on Windows what fails because somebody looks at the file at this moment. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + LONGEST_BUSY
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (process.platform !== 'win32' || !BUSY.includes(codeOf(error)) || performance.now() > end)
        throw error
      await pause()
    }
  }
}
