import { rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Hold } from '../backend.js'
import { sync } from '../disk/directory.js'
import { INCOMING, type Lock, OUTGOING } from '../disk/lock.js'
import { inTurnWithOthers, look } from '../disk/looking.js'
import { patiently } from '../disk/pause.js'
import { codeOf, guarded, ignore, ignoreAbsence } from '../disk/system-error.js'
import { createText, readText } from './text-file.js'

/** What may be done to the file by who has the lock of its folder. */
export function holdOf(file: string, { path, release }: Lock): Hold {
  const folder = dirname(file)
  const incoming = join(path, INCOMING)
  const outgoing = join(path, OUTGOING)

  const write = async (text: string) => {
    try {
      // Of a write that failed, where even that could not be removed.
      if (look(incoming)) await unlink(incoming).catch(ignoreAbsence)
      await createText(incoming, text)
      // Where there is no file, the folder is new. Where there is one, the name of the folder was on the disk before it.
      if (!look(file)) await sync(dirname(folder))
      await patiently(() => rename(incoming, file))
    } catch (error) {
      await unlink(incoming).catch(ignore)
      if (codeOf(error) === 'ENOENT') return false
      throw error
    }
    await sync(folder)
    return true
  }

  const remove = async () => {
    try {
      await patiently(() => rename(file, outgoing))
    } catch (error) {
      ignoreAbsence(error)
      return look(path) !== undefined
    }
    // What is left is removed with the lock.
    await unlink(outgoing).catch(ignore)
    await sync(folder)
    return true
  }

  return {
    read: () => guarded(file, () => inTurnWithOthers().then(() => readText(file))),
    write: (text) => guarded(file, () => write(text)),
    remove: () => guarded(file, remove),
    release,
  }
}
