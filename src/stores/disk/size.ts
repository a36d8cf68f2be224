import { Buffer } from 'node:buffer'
import { storeFailure } from '../failure.js'

/** Bytes: 32 answers as large as this library takes from a server. Whatever is larger was not written by it. */
export const LARGEST = 8 * 1024 * 1024

/**
 * The text of a registration as it is written.
 *
 * @throws {DcrError} `store_failed`: it is larger than what would be read again.
 */
export function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  if (bytes.length <= LARGEST) return bytes
  const what = `the registration has ${bytes.length} bytes, more than a store on a disk keeps of one (${LARGEST})`
  throw storeFailure('store_failed', `${what}: keep fewer old clients`)
}
