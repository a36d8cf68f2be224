import { DcrError } from '../../errors.js'
import { storeFailure } from '../failure.js'

/** What a person can do about it. */
const REMEDIES: Record<string, string> = {
  EACCES: 'give this user the permission, or pass another directory',
  EPERM: 'give this user the permission, or pass another directory',
  EROFS: 'pass a directory that can be written to',
  ENOSPC: 'make room on the disk',
  EDQUOT: 'make room in the quota of this user',
  EMFILE: 'let this process open more files',
  ENFILE: 'let this machine open more files',
  EIO: 'look at the disk',
  ENOENT: 'make the directory it lies in, or pass another directory',
  ENOTDIR: 'move away what is not of this store',
  EISDIR: 'move away what is not of this store',
  EEXIST: 'move away what is not of this store',
  ENOTEMPTY: 'move away what is not of this store',
}

/** The code that the system gave an error, or the name of an error that is not the system's. */
export function codeOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : `${name}`
}

/** Runs what asks the system, and makes errors of ours of its errors. `place` is for those that name no path. */
export async function guarded<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DcrError) throw error
    const { path = place, syscall = 'a call' } = Object(error) as { path?: string; syscall?: string }
    const code = codeOf(error)
    if (code === 'ELOOP')
      throw storeFailure(
        'store_unsafe',
        `${path} is a link, and is not followed: put what it leads to in its place`,
        code,
      )
    const remedy = REMEDIES[code] ?? 'look up what it means for this system'
    throw storeFailure('store_failed', `${path}: ${syscall} failed with ${code}: ${remedy}`, code)
  }
}

/** Passes over that something is there already. */
export function ignorePresence(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}

/** Passes over that something is not there. */
export function ignoreAbsence(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}

/** For what is tidied up and may as well stay, and for what the next step finds out by itself. */
export function ignore(): void {}
