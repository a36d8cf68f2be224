import { surroundFiles } from './operations.js'

/** How a disk fails. */
export interface Failure {
  readonly code: 'ENOSPC' | 'EIO' | 'EACCES' | 'EROFS'
  /** Whether it goes on from there, or is one operation's. */
  readonly lasts: boolean
}

/** The disk of this process. */
export interface Disk {
  /** From the operation of that number on, counted from now. */
  fail(number: number, failure: Failure): void
  /** @returns What has failed first, or undefined if there were not so many operations. */
  heal(): string | undefined
}

export async function breakableDisk(): Promise<Disk> {
  let trouble: ({ number: number; count: number; failed?: string } & Failure) | undefined
  await surroundFiles((what, proceed, values) => {
    const now = trouble
    if (!now) return proceed()
    now.count++
    if (now.count < now.number || (now.count > now.number && !now.lasts)) return proceed()
    now.failed ??= what
    const [syscall = ''] = what.split(' ')
    const error = Object.assign(new Error(`${now.code}: ${what}`), { code: now.code, syscall })
    if (syscall.endsWith('Sync')) {
      if (syscall === 'closeSync') proceed()
      throw error
    }
    const fail = () => Promise.reject(error)
    const [data] = values
    // A disk is full in the middle of a text, and what cannot be closed is not open any more all the same.
    if (data instanceof Uint8Array)
      return Promise.resolve(proceed([data.subarray(0, data.length / 2)])).then(fail)
    return syscall === 'close' ? Promise.resolve(proceed()).then(fail) : fail()
  })
  return {
    fail(number, failure) {
      trouble = { number, count: 0, ...failure }
    },
    heal() {
      const failed = trouble?.failed
      trouble = undefined
      return failed
    },
  }
}
