import { lstatSync, readdirSync } from 'node:fs'
import { mkdir, rename, rm, rmdir, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setInterval } from 'node:timers'
import type { DcrError } from '../../errors.js'
import { storeFailure } from '../failure.js'
import { isSafeDirectory, makeDirectory, PRIVATE_DIRECTORY } from './directory.js'
import { look, namesIn } from './looking.js'
import { isAlive, ownerName, ownerToTell, type Self, thisProcess } from './owner.js'
import { patiently, pause } from './pause.js'
import { BEAT, silenceOf } from './silence.js'
import { codeOf, guarded, ignore, ignoreAbsence, ignorePresence } from './system-error.js'

/**
 * A lock is a folder `lock` with one folder in it, whose name is its owner's and is never given twice.
 *
 * It is taken by renaming a draft of it into its place. The system does that only where there is no `lock`, or an empty
 * one, so that one of many succeeds; and a dead owner is removed by its name, so that one who is late, and has
 * not seen that it was removed already, removes nobody else. What is written is renamed out of the owner's folder: an
 * owner who was taken for dead can write no more, as that folder is gone.
 */
export interface Lock {
  /** The folder of the owner. It is there as long as the lock is held. */
  readonly path: string
  /** Never rejects: what cannot be released now is released when it can be. */
  release(): Promise<void>
}

/** What an owner has in its folder for a moment: the text that comes, and the one that goes. */
export const INCOMING = 'incoming'
export const OUTGOING = 'outgoing'

const DRAFT = 'lock-draft.'

/** What systems say of a folder that has something in it. */
const NOT_EMPTY = ['ENOTEMPTY', 'EEXIST']

/** What a `rename` says when another was faster; the first also if the draft was tidied up in between. */
const FASTER = ['ENOENT', ...NOT_EMPTY]

/** Waits until it has the lock of the folder, which is made where it is missing. */
export async function take(directory: string, folder: string, signal: AbortSignal): Promise<Lock> {
  const self = await thisProcess()
  const isSilent = silenceOf()
  for (;;) {
    if (signal.aborted) throw await inVain(folder, self)
    const lock = await guarded(folder, async () => {
      await makeDirectory(directory)
      isSafeDirectory(folder)
      return (await isFree(join(folder, 'lock'), self, isSilent)) ? claim(folder, ownerName(self)) : undefined
    })
    if (lock) return lock
    await pause()
  }
}

async function inVain(folder: string, self: Self): Promise<DcrError> {
  const [owner = ''] = namesIn(join(folder, 'lock'))
  return storeFailure(
    'store_failed',
    `${folder} is held by ${ownerToTell(owner, self)}: end it, or let it go on`,
  )
}

async function isFree(lock: string, self: Self, isSilent: (path: string) => boolean): Promise<boolean> {
  try {
    const owners = isSafeDirectory(lock) ? readdirSync(lock) : []
    for (const owner of owners) {
      const path = join(lock, owner)
      if ((await isAlive(owner, self)) ?? !isSilent(path)) return false
      try {
        await clear(path)
      } catch (error) {
        if (hasWoken(path, error)) return false
        throw error
      }
    }
    return true
  } catch (error) {
    // It was released in between.
    ignoreAbsence(error)
    return false
  }
}

/** Whether an owner could not be removed because it was not dead, and has put something there at this moment. */
function hasWoken(path: string, error: unknown): boolean {
  if (!NOT_EMPTY.includes(codeOf(error))) return false
  return readdirSync(path).every((name) => name === INCOMING || name === OUTGOING)
}

async function claim(folder: string, name: string): Promise<Lock | undefined> {
  const lock = join(folder, 'lock')
  const draft = join(folder, `${DRAFT}${crypto.randomUUID()}`)
  const path = join(lock, name)
  try {
    if (!look(folder)) await patiently(() => mkdir(folder, PRIVATE_DIRECTORY)).catch(ignorePresence)
    await mkdir(draft, PRIVATE_DIRECTORY)
    await mkdir(join(draft, name), PRIVATE_DIRECTORY)
    // Windows renames a folder to no name that is taken, not even by an empty one.
    if (look(lock)) await rmdir(lock).catch(ignore)
    await patiently(() => rename(draft, lock))
    // It is not there if the draft was tidied up, and an empty folder was renamed.
    lstatSync(path)
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(ignore)
    await release(folder, path)
    const isTaken = namesIn(lock).length > 0
    if (isTaken || FASTER.includes(codeOf(error))) return undefined
    throw error
  }
  await tidy(folder).catch(ignore)
  const beat = setInterval(() => utimes(path, new Date(), new Date()).catch(ignore), BEAT).unref()
  return {
    path,
    release: () => {
      clearInterval(beat)
      return release(folder, path)
    },
  }
}

/** Removes the drafts of processes that were killed. Who is alive makes another, and waits. */
async function tidy(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(DRAFT)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Leaves nothing behind where nothing is kept. */
async function release(folder: string, path: string): Promise<void> {
  const leave = async () => {
    await patiently(() => clear(path))
    await rmdir(join(folder, 'lock')).catch(ignore)
    if (namesIn(folder).length === 0) await rmdir(folder).catch(ignore)
  }
  await leave().catch(() => {
    const again = setInterval(() => leave().then(() => clearInterval(again), ignore), BEAT).unref()
  })
}

/** Removes an owner, and of what is in its folder only what owners put there: anything else is not ours to remove. */
async function clear(path: string): Promise<void> {
  if (!isSafeDirectory(path)) return
  for (const name of readdirSync(path)) {
    if (name === INCOMING || name === OUTGOING) await unlink(join(path, name)).catch(ignoreAbsence)
  }
  await rmdir(path).catch(ignoreAbsence)
}
