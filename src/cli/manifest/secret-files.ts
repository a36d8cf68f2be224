import { Buffer } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ReadSecret } from '../../onboarding/index.js'
import type { Context } from '../command.js'
import { UsageError } from '../errors.js'

/** Bytes: tokens that are JWTs with many claims have eight thousand. */
const LARGEST = 64 * 1024

/**
 * Gives the secrets that a manifest names. A file is read each time, as it may be renewed during a long run; what can be
 * read once, such as a pipe, is remembered.
 *
 * @param folder - From where relative paths are taken.
 */
export function secretReader(environment: Context['environment'], folder: string): ReadSecret {
  const remembered = new Map<string, Promise<string>>()
  return async (reference) => {
    if ('env' in reference) return environment[reference.env] ?? ''
    const path = resolve(folder, reference.file)
    if ((await stat(path)).isFile()) return textOf(path)
    const text = remembered.get(path) ?? textOf(path)
    remembered.set(path, text)
    return text
  }
}

async function textOf(path: string): Promise<string> {
  // What is not a file may have no end.
  const chunks: Uint8Array[] = await createReadStream(path, { end: LARGEST }).toArray()
  const bytes = Buffer.concat(chunks)
  if (bytes.length > LARGEST) throw new UsageError(`a secret has at most ${LARGEST} bytes`)
  // Editors of Windows put a mark before a text, which is none of it.
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
