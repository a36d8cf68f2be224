import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { storeFailure } from '../failure.js'
import { refuseOthers, unsafe } from './directory.js'
import { look } from './looking.js'
import { codeOf } from './system-error.js'

const PRIVATE_FILE = 0o600

/** Bytes: 32 answers as large as this library takes from a server. Whatever is larger was not written by it. */
const LARGEST = 8 * 1024 * 1024

/** The last two are not there on Windows. Without the very last, a pipe would be waited for until somebody writes to it. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** The text of a file, or undefined if there is none. What is checked is what is read: nobody can swap it in between. */
export function readText(path: string): string | undefined {
  // To be told by an error that there is none costs several times as much.
  if (!look(path)) return undefined
  const descriptor = opened(path)
  if (descriptor === undefined) return undefined
  try {
    const found = fstatSync(descriptor)
    if (!found.isFile()) throw unsafe(path, 'is not a file: move it away')
    refuseOthers(path, found, PRIVATE_FILE)
    // It has none left if it has been replaced since it was opened.
    if (found.nlink > 1) throw unsafe(path, 'has a second name (a hard link): put a copy in its place')
    if (found.size > LARGEST) {
      const what = `${path} has ${found.size} bytes, more than a registration can have (${LARGEST}): move it away`
      throw storeFailure('store_unreadable', what)
    }
    return readFileSync(descriptor, 'utf8')
  } finally {
    close(descriptor)
  }
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

/** Creates the file, and waits until what is in it is on the disk. */
export async function createText(path: string, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length > LARGEST) {
    const what = `the registration has ${bytes.length} bytes, more than a file of this store may have (${LARGEST})`
    throw storeFailure('store_failed', `${what}: keep fewer old clients`)
  }
  const handle = await open(path, 'wx', PRIVATE_FILE)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
