import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backedStore, type StoreOptions } from '../backed.js'
import type { Backend, Found } from '../backend.js'
import { isSafeDirectory, pathOf } from '../disk/directory.js'
import { FOLDER, refuseJournal } from '../disk/kinds.js'
import { take } from '../disk/lock.js'
import { inTurnWithOthers } from '../disk/looking.js'
import { guarded } from '../disk/system-error.js'
import { checkOptions } from '../options.js'
import type { CredentialStore } from '../store.js'
import { defaultDirectory } from './default-directory.js'
import { holdOf } from './hold.js'
import { readText } from './text-file.js'

export { defaultDirectory } from './default-directory.js'

/** Options of {@link fileStore}. */
export interface FileStoreOptions extends StoreOptions {
  /**
   * The directory of the store, which nothing else is kept in. A relative one is taken from the working directory of now;
   * `~` has no meaning. It is made with the first save. Default: {@link defaultDirectory}.
   */
  directory?: string | undefined
}

/** In the folder of each registration. */
const FILE = 'registration.ndjson'

/**
 * A store in files of this user: a folder for each registration, which is read, saved and locked without regard to the
 * others. For any number of processes of one machine; several machines that share a directory need a file system with
 * atomic renames and times of files that all see within a second, which many networks do not have: use a database then.
 *
 * Directories have the mode 0700 and files 0600, and nothing is read or written that others could read, replace or have
 * linked. Windows has no such modes: the directory must be one that only this user can open, as the default one
 * is. What is saved survives the end of the process and of the power. A process that was killed while it held a lock
 * holds up nobody: the next goes on at once, or in two seconds where it cannot know that the other is dead.
 *
 * Nothing is read or made before the first call. Its methods reject with a `DcrError`: `store_failed`, with the
 * code of the system in `cause`; `store_unreadable`; `store_sealed`; `store_unsafe`, which says how to repair it.
 *
 * @throws {DcrError} `invalid_argument`: the directory is not a path, or there is none by default.
 * @example
 * const store = fileStore({ directory: '/var/lib/app/oauth' })
 */
export function fileStore(options: FileStoreOptions = {}): CredentialStore {
  checkOptions('fileStore', options)
  const { directory = defaultDirectory() } = options
  return backedStore(folders(pathOf('fileStore', directory)), options)
}

function folders(directory: string): Backend {
  // As UTF-16: in UTF-8, all that is not Unicode is the same.
  const folderOf = (key: string) => createHash('sha256').update(key, 'utf16le').digest('hex')
  const place = (key: string) => join(directory, folderOf(key), FILE)
  const isThere = () => {
    if (!isSafeDirectory(directory, true)) return false
    refuseJournal(directory)
    return true
  }
  const read = (file: string) =>
    guarded(file, async () => {
      await inTurnWithOthers()
      const text =
        isSafeDirectory(directory, true) && isSafeDirectory(dirname(file)) ? readText(file) : undefined
      if (text === undefined) refuseJournal(directory)
      return text
    })
  return {
    place,
    read: (key) => read(place(key)),
    async list() {
      await inTurnWithOthers()
      const names = await guarded(directory, async () => (isThere() ? readdirSync(directory) : []))
      const found: Found[] = []
      for (const name of names.filter((name) => FOLDER.test(name))) {
        const file = join(directory, name, FILE)
        const text = await read(file)
        if (text !== undefined) found.push({ place: file, text })
      }
      return found
    },
    async hold(key, signal) {
      const file = place(key)
      await guarded(directory, async () => isThere())
      return holdOf(file, await take(directory, dirname(file), signal))
    },
  }
}
