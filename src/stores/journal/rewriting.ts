import { open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sync } from '../disk/directory.js'
import { INCOMING, type Lock } from '../disk/lock.js'
import { patiently } from '../disk/pause.js'
import { PRIVATE_FILE } from '../disk/private-file.js'
import { bytesOf } from '../disk/size.js'
import { ignore } from '../disk/system-error.js'
import { frameOf, startFrame } from './frames.js'
import type { Journal } from './journal.js'

/** Bytes of what no longer counts, from which a journal is written anew once they are the larger part of it. */
const WORTHWHILE = 1024 * 1024

/** Bytes that are written at once. */
const PORTION = 1024 * 1024

export function isWorthRewriting({ size, live }: Journal): boolean {
  const past = size - live
  return past > WORTHWHILE && past > live
}

/**
 * Writes what counts to a new file, and puts that in the place of the journal. As it comes out of the folder of the lock's
 * owner, only who has the lock can do that.
 */
export async function rewrite(journal: Journal, lock: Lock, epoch: string): Promise<void> {
  const incoming = join(lock.path, INCOMING)
  try {
    const handle = await open(incoming, 'wx', PRIVATE_FILE)
    try {
      for (const portion of portions(journal, epoch)) await handle.writeFile(portion)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await patiently(() => rename(incoming, journal.file))
  } catch (error) {
    await unlink(incoming).catch(ignore)
    throw error
  }
  await sync(dirname(journal.file))
}

function* portions(journal: Journal, epoch: string): Generator<Buffer> {
  let frames = [startFrame(epoch)]
  let size = 0
  for (const key of journal.keys() ?? []) {
    const text = journal.text(key)
    if (text === undefined) continue
    const frame = frameOf(epoch, key, bytesOf(text))
    frames.push(frame)
    size += frame.length
    if (size < PORTION) continue
    yield Buffer.concat(frames)
    frames = []
    size = 0
  }
  yield Buffer.concat(frames)
}
