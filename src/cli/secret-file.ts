import { lstat, open, rename, rm } from 'node:fs/promises'
import { CommandError } from './errors.js'

/**
 * Writes a file that this user alone can read, in place of what is there: whole, or not at all.
 *
 * @throws {CommandError} It cannot be written.
 */
export async function saveSecretly(path: string, text: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  // A device, or a link to one such as /dev/stdout, would be gone for all who use it.
  if (found && !found.isFile())
    throw new CommandError('the file of --file is there, and is no regular file: name another')
  const beside = `${path}.${crypto.randomUUID()}`
  try {
    const file = await open(beside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new CommandError(`the file of --file cannot be written (${code})`)
  }
}
