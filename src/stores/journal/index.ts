import { join } from 'node:path'
import { backedStore, LONGEST_WAIT, type StoreOptions } from '../backed.js'
import type { Backend, Found } from '../backend.js'
import { isSafeDirectory, pathOf } from '../disk/directory.js'
import { JOURNAL, refuseFolders } from '../disk/kinds.js'
import { inTurnWithOthers } from '../disk/looking.js'
import { guarded } from '../disk/system-error.js'
import { checkOptions } from '../options.js'
import type { CredentialStore } from '../store.js'
import { Journal } from './journal.js'
import { Writers } from './writers.js'

/** Options of {@link journalStore}. */
export interface JournalStoreOptions extends StoreOptions {
  /**
   * The directory of the journal, which nothing else is kept in. A relative one is taken from the working directory of now;
   * `~` has no meaning. It is made with the first save.
   */
  directory: string
}

/**
 * A store in one file, to which everything is added: for a process that registers or changes thousands of clients, as
 * `dcr apply` does. What is saved at the same time is written together and waits for the disk once, so that a save costs a
 * fraction of what it costs in `fileStore`.
 *
 * In turn, processes that share it wait for each other even where they are about different clients: one writes as long as
 * it has anything to do, and the others as long as they are patient. Whoever only reads waits for nobody. For processes
 * of one machine that see the same file system; where many save a little, `fileStore` is the better one.
 *
 * What is promised is the same: directory and file have the modes 0700 and 0600, and are refused where others could read or
 * replace them; what is saved survives the end of the process and of the power; a process that was killed holds up nobody
 * for more than two seconds. Where more than half of the file is of the past, it is written anew. A process remembers for
 * each client where it lies, some 150 bytes, and reads the file once, some 20 MB in a tenth of a second.
 *
 * Nothing is read or made before the first call. Its methods reject with a `DcrError`: `store_failed`, with the
 * code of the system in `cause`; `store_unreadable`; `store_sealed`; `store_unsafe`, which says how to repair it.
 *
 * @throws {DcrError} `invalid_argument`: the directory is not a path.
 * @example
 * const store = journalStore({ directory: '/var/lib/app/onboarding' })
 */
export function journalStore(options: JournalStoreOptions): CredentialStore {
  checkOptions('journalStore', options)
  const { directory } = options
  return backedStore(journalIn(pathOf('journalStore', directory)), options)
}

function journalIn(directory: string): Backend {
  const file = join(directory, JOURNAL)
  const journal = new Journal(file)
  const writers = new Writers(journal)

  const place = (key: string) => `what ${file} has of ${key}`
  const reading = <T>(read: () => T) =>
    guarded(file, async () => {
      await inTurnWithOthers()
      isSafeDirectory(directory, true)
      const value = read()
      if (value === undefined) refuseFolders(file)
      return value
    })

  return {
    place,
    async compact() {
      for (let isDone = (await reading(() => journal.keys())) === undefined; !isDone; ) {
        const { writer, release } = await writers.share(AbortSignal.timeout(LONGEST_WAIT))
        try {
          isDone = await guarded(file, () => writer.compact())
        } finally {
          release()
        }
      }
    },
    read: (key) => reading(() => journal.text(key)),
    async list() {
      const keys = await reading(() => journal.keys())
      const found: Found[] = []
      for (const key of keys ?? []) {
        const text = await reading(() => journal.text(key))
        if (text !== undefined) found.push({ place: place(key), text, key })
      }
      return found
    },
    async hold(key, signal) {
      const { writer, release } = await writers.share(signal)
      const append = (text?: string) => guarded(file, () => writer.append(key, text))
      return {
        read: () => guarded(file, () => inTurnWithOthers().then(() => writer.text(key))),
        write: (text) => append(text),
        remove: () => append(),
        release: async () => release(),
      }
    },
  }
}
