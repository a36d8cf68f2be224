import { readSync, type Stats } from 'node:fs'
import { look } from '../disk/looking.js'
import { reading } from '../disk/private-file.js'
import { LARGEST } from '../disk/size.js'
import { storeFailure } from '../failure.js'
import { FORMAT, type Frame, frameAt, isBrokenOff, MARK_LENGTH, nextStart } from './frames.js'

/** Bytes that are read at once: some hundred registrations. */
const WINDOW = 1024 * 1024

/** Bytes in which there must be a whole frame. */
const LARGEST_FRAME = LARGEST + WINDOW

/** Where a text lies in the file, in bytes. */
interface Span {
  readonly start: number
  readonly length: number
}

/** What is in a journal, as far as it was read: where each text lies, and none of the texts. */
export class Journal {
  readonly file: string
  /**
   * Whether the disk has failed to keep what was written. What is read of it then may be of the system's memory alone, and
   * no later sync would tell: it has to be written anew.
   */
  isDoubtful = false
  #spans = new Map<string, Span>()
  #epoch = ''
  /** How the last frame begins that was read, and where: no other history has the same there. */
  #mark = { place: 0, bytes: Buffer.alloc(0) }
  #seen: Stats | undefined
  #end = 0
  #live = 0

  constructor(file: string) {
    this.file = file
  }

  /** Who writes by now, or has written last. */
  get epoch(): string {
    return this.#epoch
  }

  /** Bytes of the texts that count. */
  get live(): number {
    return this.#live
  }

  /** Bytes of everything. */
  get size(): number {
    return this.#end
  }

  /**
   * Reads what was written since it was read last.
   *
   * @throws {DcrError} `store_unreadable`, `store_unsafe`
   */
  catchUp(): void {
    this.#read(() => {})
  }

  /** All keys by now; undefined if there is no journal. @throws as {@link catchUp} does. */
  keys(): readonly string[] | undefined {
    return this.#read(() => [...this.#spans.keys()])
  }

  /** The text of a key by now. @throws as {@link catchUp} does. */
  text(key: string): string | undefined {
    // Most that are asked for and not there are about to be registered.
    if (!this.#spans.has(key) && this.#isSeen(look(this.file))) return undefined
    return this.#read((descriptor) => this.#textAt(descriptor, this.#spans.get(key)))
  }

  /** The text of a key as it was when this was last caught up with. Nothing is asked of the disk where there was none. */
  known(key: string): string | undefined {
    // After a failure nothing is known.
    if (!this.#seen) return this.text(key)
    const span = this.#spans.get(key)
    return span && reading(this.file, (descriptor) => this.#textAt(descriptor, span))
  }

  #textAt(descriptor: number, span: Span | undefined): string | undefined {
    return span && bytesAt(descriptor, span.start, span.length).toString('utf8')
  }

  /** Whoever reads a text reads it from the file that was caught up with: it may be replaced at any moment. */
  #read<T>(read: (descriptor: number) => T): T | undefined {
    try {
      const value = reading(this.file, (descriptor, found) => {
        if (!this.#isSeen(found)) this.#follow(descriptor, found)
        return { is: read(descriptor) }
      })
      if (!value) this.#forget()
      return value?.is
    } catch (error) {
      this.#forget()
      throw error
    }
  }

  #follow(descriptor: number, found: Stats): void {
    const { place, bytes } = this.#mark
    // Another file is in its place, or a copy was restored in it.
    if (found.size < this.#end || !bytesAt(descriptor, place, bytes.length).equals(bytes)) this.#forget()
    this.#readOn(descriptor, found.size)
    this.#seen = found
  }

  #isSeen(found: Stats | undefined): boolean {
    const same = ['ino', 'size', 'mtimeMs', 'ctimeMs'] as const
    return found !== undefined && same.every((member) => found[member] === this.#seen?.[member])
  }

  #forget(): void {
    this.#spans = new Map()
    this.#epoch = ''
    this.#mark = { place: 0, bytes: Buffer.alloc(0) }
    this.#seen = undefined
    this.#end = 0
    this.#live = 0
  }

  #readOn(descriptor: number, size: number): void {
    for (let window = WINDOW; this.#end < size; ) {
      const wanted = Math.min(window, size - this.#end)
      const bytes = bytesAt(descriptor, this.#end, wanted)
      // Whatever has come: somebody may shorten it meanwhile.
      const isLast = this.#end + wanted === size
      const read = this.#readFrames(bytes, isLast)
      this.#end += read
      if (isLast) return
      window = read > 0 ? WINDOW : window * 2
    }
  }

  /** @returns How many bytes were read: what follows them is not whole yet. */
  #readFrames(bytes: Buffer, isLast: boolean): number {
    let place = 0
    while (place < bytes.length) {
      const frame = frameAt(bytes, place)
      if (frame) {
        // Nobody has begun before: what was ahead of it is gone.
        if (frame.kind !== 'start' && this.#epoch === '') throw this.#damaged(place)
        this.#note(frame)
        this.#mark = {
          place: this.#end + place,
          bytes: Buffer.from(bytes.subarray(place, place + MARK_LENGTH)),
        }
        place = frame.end
        continue
      }
      const next = nextStart(bytes, place)
      if (next < 0 && !isLast && bytes.length - place < LARGEST_FRAME) return place
      if (!isBrokenOff(bytes.subarray(place, next < 0 ? bytes.length : next))) throw this.#damaged(place)
      if (next < 0) return place
      place = next
    }
    return place
  }

  #note(frame: Frame): void {
    if (frame.kind === 'start') {
      if (frame.format > FORMAT) {
        const what = `${this.file} was written by a later version of dcr-client (format ${frame.format})`
        throw storeFailure('store_unreadable', `${what}, and is left as it is: use that version`)
      }
      this.#epoch = frame.epoch
      return
    }
    // Of a writer who has lost its turn and does not know it yet.
    if (frame.epoch !== this.#epoch) return
    this.#live -= this.#spans.get(frame.key)?.length ?? 0
    this.#spans.delete(frame.key)
    if (frame.kind === 'removed') return
    const length = frame.end - frame.start
    this.#spans.set(frame.key, { start: this.#end + frame.start, length })
    this.#live += length
  }

  #damaged(place: number) {
    const remedy =
      'restore it from a copy, or move it away to start anew: what it held may still be registered at the servers'
    const what = `${this.file} is damaged at byte ${this.#end + place}, and is left as it is: ${remedy}`
    return storeFailure('store_unreadable', what)
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
