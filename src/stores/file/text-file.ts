import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { PRIVATE_FILE, reading } from '../disk/private-file.js'
import { bytesOf, LARGEST } from '../disk/size.js'
import { storeFailure } from '../failure.js'

/** The text of a file, or undefined if there is none. */
export function readText(path: string): string | undefined {
  return reading(path, (descriptor, { size }) => {
    if (size > LARGEST) {
      const what = `${path} has ${size} bytes, more than a registration can have (${LARGEST}): move it away`
      throw storeFailure('store_unreadable', what)
    }
    return readFileSync(descriptor, 'utf8')
  })
}

/** Creates the file, and waits until what is in it is on the disk. */
export async function createText(path: string, text: string): Promise<void> {
  const bytes = bytesOf(text)
  const handle = await open(path, 'wx', PRIVATE_FILE)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
