import { dirname, join } from 'node:path'
import { unsafe } from './directory.js'
import { look, namesIn } from './looking.js'

/** The file that a journal store keeps everything in. */
export const JOURNAL = 'journal'

/** The folders in which a file store keeps a registration each. */
export const FOLDER = /^[0-9a-f]{64}$/

/*
 * Two kinds of stores are kept in a directory. Whoever takes one for the other would find nothing in it, and register
 * everything again.
 */

/** @throws {DcrError} `store_unsafe`: the directory is that of a journal. */
export function refuseJournal(directory: string): void {
  if (look(join(directory, JOURNAL)))
    throw unsafe(directory, 'has a journal in it: open it with journalStore, or pass another directory')
}

/** @throws {DcrError} `store_unsafe`: there is no such journal, and its directory is that of a file store. */
export function refuseFolders(journal: string): void {
  if (look(journal)) return
  const directory = dirname(journal)
  if (namesIn(directory).some((name) => FOLDER.test(name)))
    throw unsafe(
      directory,
      'has the folders of a file store in it: open it with fileStore, or pass another directory',
    )
}
