import { Buffer } from 'node:buffer'
import { createReadStream } from 'node:fs'
import process from 'node:process'
import { UsageError } from './errors.js'

/** Bytes: more than any metadata with its keys has, and less than what a slip of the hand could be. */
const LARGEST = 1024 * 1024

/** Reads what options name: files, and stdin for `-`, which there is one of. */
export class Files {
  #stdinIsFor: string | undefined

  /**
   * @param option - The option that names it, for errors.
   * @throws {UsageError} It cannot be read, or is too large.
   */
  async read(path: string, option: string): Promise<string> {
    if (path !== '-') return readFile(path, option)
    if (this.#stdinIsFor !== undefined)
      throw new UsageError(`${option} - and ${this.#stdinIsFor} - cannot both read stdin`)
    this.#stdinIsFor = option
    return textOf(process.stdin, option)
  }
}

async function readFile(path: string, option: string): Promise<string> {
  try {
    return await textOf(createReadStream(path), option)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    // Who has put a secret in the place of its file is not to see it in a log.
    throw new UsageError(`the file of ${option} cannot be read (${code})`)
  }
}

async function textOf(stream: AsyncIterable<Uint8Array>, option: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > LARGEST) throw new UsageError(`what ${option} names is larger than ${LARGEST} bytes`)
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new UsageError(`what ${option} names is not text in UTF-8`)
  }
}
