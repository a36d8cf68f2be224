import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sync } from '../disk/directory.js'
import type { Lock } from '../disk/lock.js'
import { look } from '../disk/looking.js'
import { checkFile } from '../disk/private-file.js'
import { bytesOf } from '../disk/size.js'
import { ignore } from '../disk/system-error.js'
import { storeFailure } from '../failure.js'
import { frameOf, newEpoch, startFrame } from './frames.js'
import type { Journal } from './journal.js'
import { isWorthRewriting, rewrite } from './rewriting.js'

/** The last is not there on Windows. */
const { O_WRONLY, O_APPEND, O_NOFOLLOW = 0 } = constants

/** Bytes that are written at once, and one text more: a thousand clients, and little memory beside that of their texts. */
const LARGEST_BATCH = 4 * 1024 * 1024

/** A text that waits to be written, or the removal of one. */
interface Waiting {
  readonly key: string
  readonly text: string | undefined
  /** Bytes of the text. */
  readonly size: number
  readonly frame: (epoch: string) => Buffer
  readonly resolve: (isKept: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes to a journal for as long as its process has the lock. What comes while the disk is busy waits, and is then written
 * together, with one sync for all.
 *
 * Nothing but the order of what is in the file decides what counts: whoever begins says so in it, and what an earlier
 * writer, who was taken for dead, adds after that is passed over by all, and first by itself.
 */
export class Writer {
  readonly #journal: Journal
  readonly #lock: Lock
  readonly #waiting: Waiting[] = []
  #handle: FileHandle | undefined
  #epoch = ''
  #isWriting = false
  #written = Promise.resolve()
  /** Whether another has begun since: what is written now counts no more. */
  isLost = false

  constructor(journal: Journal, lock: Lock) {
    this.#journal = journal
    this.#lock = lock
  }

  /** Is done before anything is read that is to be changed, so that nobody changes it in between. */
  async begin(): Promise<void> {
    const { isDoubtful } = this.#journal
    await this.#begin()
    if (this.isLost || !(isDoubtful || isWorthRewriting(this.#journal))) return
    await this.#rewrite().catch((error) => {
      // The journal is as it was, and as good.
      if (isDoubtful) throw error
    })
  }

  /**
   * Writes the journal anew, between what is appended, so that nothing of the past is in it.
   *
   * @returns Whether that was done: not by who has lost the turn.
   */
  async compact(): Promise<boolean> {
    while (this.#isWriting) await this.#written
    this.#isWriting = true
    const rewritten = this.isLost ? Promise.resolve() : this.#rewrite()
    // Whoever waits for it meanwhile must not find a promise that is kept already.
    this.#written = rewritten.catch(ignore).then(() => this.#write())
    await rewritten
    return !this.isLost
  }

  /** @returns Whether it counts: what does not was written too late, or not at all. */
  append(key: string, text?: string): Promise<boolean> {
    const bytes = text === undefined ? undefined : bytesOf(text)
    return new Promise((resolve, reject) => {
      const frame = (epoch: string) => frameOf(epoch, key, bytes)
      this.#waiting.push({ key, text, size: bytes?.length ?? 0, frame, resolve, reject })
      if (!this.#isWriting) this.#written = this.#write()
    })
  }

  /** What there is of a key. Who writes knows it: if another has changed it, nothing that is appended after that counts. */
  text(key: string): string | undefined {
    return this.isLost ? this.#journal.text(key) : this.#journal.known(key)
  }

  async end(): Promise<void> {
    await this.#close()
    await this.#lock.release()
  }

  async #rewrite(): Promise<void> {
    const epoch = newEpoch()
    await rewrite(this.#journal, this.#lock, epoch)
    this.#journal.isDoubtful = false
    await this.#close()
    await this.#open(this.#journal.file)
    this.#begun(epoch)
  }

  async #begin(): Promise<void> {
    const { file } = this.#journal
    // What is damaged is left as it is.
    this.#journal.catchUp()
    if (!look(file)) return this.#make()
    const handle = await this.#open(file)
    const epoch = newEpoch()
    await this.#writeAtOnce(handle, startFrame(epoch))
    // The name of a file that is new has to be on the disk before what is in it counts.
    await sync(dirname(file))
    this.#begun(epoch)
  }

  /** With its first frame, by a rename: what is shorter than that was cut, and is not taken for empty. */
  async #make(): Promise<void> {
    await this.#rewrite().catch((error) => {
      this.isLost = !look(this.#lock.path)
      if (!this.isLost) throw error
    })
  }

  #begun(epoch: string): void {
    this.#journal.catchUp()
    this.#epoch = epoch
    // Without the lock, another may have begun ahead of this one, and be writing the journal anew without what is added now.
    this.isLost = this.#journal.epoch !== epoch || !look(this.#lock.path)
  }

  async #open(file: string): Promise<FileHandle> {
    const handle = await open(file, O_WRONLY | O_APPEND | O_NOFOLLOW)
    this.#handle = handle
    checkFile(file, await handle.stat())
    return handle
  }

  async #close(): Promise<void> {
    await this.#handle?.close().catch(ignore)
    this.#handle = undefined
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch()
      try {
        const areKept = await this.#writeTogether(batch)
        for (const [index, { resolve }] of batch.entries()) resolve(areKept[index] ?? false)
      } catch (error) {
        await this.#close()
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isWriting = false
  }

  #nextBatch(): readonly Waiting[] {
    let [count, size] = [0, 0]
    while (count < this.#waiting.length && size < LARGEST_BATCH) size += this.#waiting[count++]?.size ?? 0
    return this.#waiting.splice(0, count)
  }

  async #writeTogether(batch: readonly Waiting[]): Promise<readonly boolean[]> {
    // After a failure it begins again, which ends what was half written. As it has kept the lock, which others with requests
    // under way rely on, nothing has changed meanwhile of what was compared.
    if (!this.isLost && !this.#handle) await this.begin()
    if (this.isLost || !this.#handle) return []
    const bytes = Buffer.concat(batch.map(({ frame }) => frame(this.#epoch)))
    await this.#writeAtOnce(this.#handle, bytes)
    this.#journal.added(bytes)
    await this.#handle.datasync().catch((error) => {
      this.#journal.isDoubtful = true
      throw error
    })
    this.#journal.catchUp()
    this.isLost = this.#journal.epoch !== this.#epoch
    return batch.map(({ key, text }) => !this.isLost || this.#journal.text(key) === text)
  }

  /** In one call of the system, as what another writes may come between two: half a frame in the middle of the other's. */
  async #writeAtOnce(handle: FileHandle, bytes: Buffer): Promise<void> {
    const { bytesWritten } = await handle.write(bytes)
    if (bytesWritten === bytes.length) return
    const what = `${this.#journal.file}: ${bytesWritten} of ${bytes.length} bytes could be written`
    throw storeFailure('store_failed', `${what}: make room on the disk, or in the quota of this user`)
  }
}
