import type { Stats } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { DcrError } from '../../errors.js'
import { storeFailure } from '../failure.js'
import { look } from './looking.js'
import { codeOf, ignore, ignorePresence } from './system-error.js'

/** Nobody but its owner gets in. */
export const PRIVATE_DIRECTORY = 0o700

/** Any right of the group, or of everybody. */
const OTHERS = 0o077

/** What its owner needs to read a file, and to look into a directory. */
const NEEDED = 0o500

/** Systems that cannot sync a directory, or do not let it be opened, keep what is in it by themselves or not at all. */
const CANNOT_SYNC = ['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP', 'EACCES']

/**
 * The path that the application has passed for a store, from the working directory of now.
 *
 * @param maker - The function that was given it, for errors.
 * @throws {DcrError} `invalid_argument`: it is none.
 */
export function pathOf(maker: string, directory: unknown): string {
  if (typeof directory === 'string' && directory !== '' && !directory.includes('\0'))
    return absolute(maker, directory)
  const what = `${maker}: directory must be the path of a directory. Nothing was sent.`
  throw new DcrError('invalid_argument', what, { outcome: 'not_sent' })
}

function absolute(maker: string, directory: string): string {
  try {
    return resolve(directory)
  } catch {
    const what = `${maker}: the working directory is not there any more: change to another, or give an absolute path. Nothing was sent.`
    throw new DcrError('invalid_argument', what, { outcome: 'not_sent' })
  }
}

/**
 * Whether there is a directory.
 *
 * @param isChosen - Whether it is the one the application has passed, and could pass another.
 * @throws {DcrError} `store_unsafe`: it is something else, or others could read it or replace what is in it;
 *   `store_failed`: its own user cannot look into it.
 */
export function isSafeDirectory(path: string, isChosen = false): boolean {
  const found = look(path)
  if (!found) return false
  if (found.isSymbolicLink()) {
    const remedy = isChosen ? 'pass where it leads' : 'put what it leads to in its place'
    throw unsafe(path, `is a link, and is not followed: ${remedy}`)
  }
  if (!found.isDirectory()) throw unsafe(path, 'is not a directory: move it away')
  refuseOthers(path, found, PRIVATE_DIRECTORY, isChosen ? 'pass a folder in it' : 'move it away')
  return true
}

/** Where the system has owners and modes: Windows has neither, and protects the directories of a user by itself. */
export function refuseOthers(
  path: string,
  { uid, mode }: Stats,
  wanted: number,
  otherwise = 'move it away',
): void {
  const self = process.geteuid?.()
  if (self === undefined) return
  if (uid !== self) {
    throw unsafe(
      path,
      `belongs to user ${uid}, and this process is user ${self}: give it to this user, or ${otherwise}`,
    )
  }
  const given = (mode & 0o777).toString(8).padStart(4, '0')
  // Between quotes, a shell takes everything as it stands but the quote itself.
  const repair = `(mode ${given}): chmod ${wanted.toString(8)} '${path.replaceAll("'", "'\\''")}'`
  if ((mode & OTHERS) !== 0) throw unsafe(path, `is open to others ${repair}`)
  if ((~mode & wanted & NEEDED) !== 0)
    throw storeFailure('store_failed', `${path} is closed to its own user ${repair}`, 'EACCES')
}

export function unsafe(path: string, what: string): DcrError {
  return storeFailure('store_unsafe', `${path} ${what}`)
}

/** Makes the directory of a store where there is none, with those it lies in, so that they outlast a power failure. */
export async function makeDirectory(path: string): Promise<void> {
  if (!isSafeDirectory(path, true)) await make(path)
}

/** One by one: a recursive `mkdir` says ENOENT whatever the reason, such as a disk that is read-only. */
async function make(path: string): Promise<void> {
  const parent = dirname(path)
  const mkdirHere = () => mkdir(path, PRIVATE_DIRECTORY).catch(ignorePresence)
  await mkdirHere().catch(async (error) => {
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error
    await make(parent)
    await mkdirHere()
  })
  await sync(parent)
}

/** Of each directory the sync that is under way, and the one after it, which has not begun. */
const underWay = new Map<string, Promise<void>>()
const upcoming = new Map<string, Promise<void>>()

/** Waits until the names in the directory are on the disk. All who ask before a sync has begun share it. */
export function sync(directory: string): Promise<void> {
  const shared = upcoming.get(directory)
  if (shared) return shared
  const next = (underWay.get(directory) ?? Promise.resolve()).catch(ignore).then(() => {
    upcoming.delete(directory)
    underWay.set(directory, next)
    return syncNow(directory)
  })
  upcoming.set(directory, next)
  const end = () => {
    if (underWay.get(directory) === next) underWay.delete(directory)
  }
  next.then(end, end)
  return next
}

async function syncNow(directory: string): Promise<void> {
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
