import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs'
import { refuseOthers, unsafe } from './directory.js'
import { look } from './looking.js'
import { codeOf } from './system-error.js'

/** Nobody but its owner reads or writes it. */
export const PRIVATE_FILE = 0o600

/** The last two are not there on Windows. Without the very last, a pipe would be waited for until somebody writes to it. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/**
 * Reads what is wanted of a file; undefined if there is no file. What is checked is what is read: nobody can swap it
 * in between.
 *
 * @throws {DcrError} `store_unsafe`: it is something else, or others could read or replace it.
 */
export function reading<T>(path: string, read: (descriptor: number, found: Stats) => T): T | undefined {
  // To be told by an error that there is none costs several times as much.
  if (!look(path)) return undefined
  const descriptor = opened(path)
  if (descriptor === undefined) return undefined
  try {
    const found = fstatSync(descriptor)
    checkFile(path, found)
    return read(descriptor, found)
  } finally {
    close(descriptor)
  }
}

/** @throws {DcrError} `store_unsafe`: it is something else, or others could read or replace it. */
export function checkFile(path: string, found: Stats): void {
  if (!found.isFile()) throw unsafe(path, 'is not a file: move it away')
  refuseOthers(path, found, PRIVATE_FILE)
  // It has none left if it has been replaced since it was opened.
  if (found.nlink > 1) throw unsafe(path, 'has a second name (a hard link): put a copy in its place')
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return undefined
  }
}

/** What was read is read, whatever becomes of the descriptor. */
function close(descriptor: number): void {
  try {
    closeSync(descriptor)
  } catch {}
}
