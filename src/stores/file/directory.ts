import type { Stats } from 'node:fs'
import { lstat, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'
import type { DcrError } from '../../errors.js'
import { storeFailure } from '../failure.js'
import { codeOf, ignore, ignoreAbsence } from './system-error.js'

/** Nobody but its owner gets in. */
export const PRIVATE_DIRECTORY = 0o700

/** Any right of the group, or of everybody. */
const OTHERS = 0o077

/** Systems that cannot sync a directory, or do not let it be opened, keep what is in it by themselves or not at all. */
const CANNOT_SYNC = ['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP', 'EACCES']

/**
 * Whether there is a directory.
 *
 * @throws {DcrError} `store_unsafe`: it is something else, or others could read it or replace what is in it.
 */
export async function isSafeDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch(ignoreAbsence)
  if (!found) return false
  if (found.isSymbolicLink())
    throw unsafe(path, 'is a link, and is not followed: remove it, or pass where it leads')
  if (!found.isDirectory()) throw unsafe(path, 'is not a directory: move it away')
  refuseOthers(path, found, PRIVATE_DIRECTORY)
  return true
}

/** Where the system has owners and modes: Windows has neither, and protects the directories of a user by itself. */
export function refuseOthers(path: string, { uid, mode }: Stats, wanted: number): void {
  const self = process.geteuid?.()
  if (self === undefined) return
  if (uid !== self) {
    throw unsafe(
      path,
      `belongs to user ${uid}, and this process is user ${self}: give it to this user, or move it away`,
    )
  }
  if ((mode & OTHERS) === 0) return
  const given = (mode & 0o777).toString(8).padStart(4, '0')
  throw unsafe(path, `is open to others (mode ${given}): chmod ${wanted.toString(8)} '${path}'`)
}

export function unsafe(path: string, what: string): DcrError {
  return storeFailure('store_unsafe', `${path} ${what}`)
}

/** Makes the directory where there is none, with those it lies in, so that they outlast a power failure. */
export async function makeDirectory(path: string): Promise<void> {
  if (await isSafeDirectory(path)) return
  const first = await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY })
  if (first === undefined) return
  for (let made = path; ; made = dirname(made)) {
    await sync(dirname(made))
    if (made === first || made === dirname(made)) break
  }
}

/** Waits until the names in the directory are on the disk. */
export async function sync(directory: string): Promise<void> {
  try {
    const handle = await open(directory)
    try {
      await handle.sync()
    } finally {
      await handle.close().catch(ignore)
    }
  } catch (error) {
    if (!CANNOT_SYNC.includes(codeOf(error))) throw error
  }
}
