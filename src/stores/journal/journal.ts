import { readSync, type Stats } from 'node:fs'
import { look } from '../disk/looking.js'
import { reading } from '../disk/private-file.js'
import { Contents, type Span, WINDOW } from './contents.js'

/** A journal as it is on the disk, and what is in it by now. */
export class Journal {
  readonly file: string
  /**
   * Whether the disk has failed to keep what was written. What is read of it then may be of the system's memory alone, and
   * no later sync would tell: it has to be written anew.
   */
  isDoubtful = false
  #contents: Contents
  /** The file when that was read. */
  #seen: Stats | undefined

  constructor(file: string) {
    this.file = file
    this.#contents = new Contents(file)
  }

  /** Who writes by now, or has written last. */
  get epoch(): string {
    return this.#contents.epoch
  }

  /** Bytes of the texts that count. */
  get live(): number {
    return this.#contents.live
  }

  /** Bytes of everything. */
  get size(): number {
    return this.#contents.end
  }

  /**
   * Reads what was written since it was read last.
   *
   * @throws {DcrError} `store_unreadable`, `store_unsafe`
   */
  catchUp(): void {
    if (!this.#isSeen(this.#look())) this.#read(() => {})
  }

  /** Takes note of what was just added by its caller. @throws as {@link catchUp} does. */
  added(bytes: Buffer): void {
    const found = this.#look()
    const isNext = found?.ino === this.#seen?.ino && found?.size === this.#contents.end + bytes.length
    if (isNext) {
      // Where nobody else has added anything, it need not be read.
      this.#contents.read(bytes, true)
      this.#seen = found
    } else this.catchUp()
  }

  /** All keys by now; undefined if there is no journal. @throws as {@link catchUp} does. */
  keys(): readonly string[] | undefined {
    return this.#read(() => this.#contents.keys)
  }

  /** The text of a key by now. @throws as {@link catchUp} does. */
  text(key: string): string | undefined {
    // Most that are asked for and not there are about to be registered.
    if (!this.#contents.span(key) && this.#isSeen(this.#look())) return undefined
    return this.#read((descriptor) => this.#textAt(descriptor, this.#contents.span(key)))
  }

  /** The text of a key as it was when this was last caught up with. Nothing is asked of the disk where there was none. */
  known(key: string): string | undefined {
    if (!this.#seen) return this.text(key)
    const span = this.#contents.span(key)
    return span && reading(this.file, (descriptor) => this.#textAt(descriptor, span))
  }

  #textAt(descriptor: number, span: Span | undefined): string | undefined {
    return span && bytesAt(descriptor, span.start, span.length).toString('utf8')
  }

  #look(): Stats | undefined {
    return this.#orForget(() => look(this.file))
  }

  /** Whoever reads a text reads it from the file that was caught up with: it may be replaced at any moment. */
  #read<T>(read: (descriptor: number) => T): T | undefined {
    const value = this.#orForget(() =>
      reading(this.file, (descriptor, found) => {
        if (!this.#isSeen(found)) this.#follow(descriptor, found)
        return { is: read(descriptor) }
      }),
    )
    if (!value) this.#forget()
    return value?.is
  }

  /** After a failure nothing is known: what is not known must not be taken for absent. */
  #orForget<T>(task: () => T): T {
    try {
      return task()
    } catch (error) {
      this.#forget()
      throw error
    }
  }

  #follow(descriptor: number, found: Stats): void {
    const { mark, end } = this.#contents
    // Another file is in its place, or a copy was restored in it.
    if (found.size < end || !bytesAt(descriptor, mark.place, mark.bytes.length).equals(mark.bytes))
      this.#forget()
    this.#readOn(descriptor, found.size)
    this.#seen = found
  }

  #isSeen(found: Stats | undefined): boolean {
    const same = ['ino', 'size', 'mtimeMs', 'ctimeMs'] as const
    return found !== undefined && same.every((member) => found[member] === this.#seen?.[member])
  }

  #forget(): void {
    this.#contents = new Contents(this.file)
    this.#seen = undefined
  }

  #readOn(descriptor: number, size: number): void {
    const contents = this.#contents
    for (let window = WINDOW; ; ) {
      const wanted = Math.min(window, size - contents.end)
      // Whatever has come: somebody may shorten it meanwhile.
      const isLast = contents.end + wanted === size
      const read = contents.read(bytesAt(descriptor, contents.end, wanted), isLast)
      if (isLast) return
      window = read > 0 ? WINDOW : window * 2
    }
  }
}

function bytesAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const some = readSync(descriptor, bytes, read, length - read, position + read)
    if (some === 0) break
    read += some
  }
  return bytes.subarray(0, read)
}
