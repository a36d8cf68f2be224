import { LARGEST } from '../disk/size.js'
import { storeFailure } from '../failure.js'
import { FORMAT, type Frame, frameAt, isBrokenOff, MARK_LENGTH, nextStart } from './frames.js'

/** Bytes that are read at once: some hundred registrations. */
export const WINDOW = 1024 * 1024

/** Bytes in which there must be a whole frame. */
const LARGEST_FRAME = LARGEST + WINDOW

/** Where a text lies in the file, in bytes. */
export interface Span {
  readonly start: number
  readonly length: number
}

/** What is in a journal, as far as it was read: where each text lies, and none of the texts. */
export class Contents {
  readonly #file: string
  readonly #spans = new Map<string, Span>()
  #epoch = ''
  #mark = { place: 0, bytes: Buffer.alloc(0) }
  #end = 0
  #live = 0

  constructor(file: string) {
    this.#file = file
  }

  /** Who writes by now, or has written last. */
  get epoch(): string {
    return this.#epoch
  }

  /** How the last frame begins that was read, and where: no other history has the same there. */
  get mark(): { readonly place: number; readonly bytes: Buffer } {
    return this.#mark
  }

  /** Bytes that were read. */
  get end(): number {
    return this.#end
  }

  /** Bytes of the texts that count. */
  get live(): number {
    return this.#live
  }

  get keys(): readonly string[] {
    return [...this.#spans.keys()]
  }

  span(key: string): Span | undefined {
    return this.#spans.get(key)
  }

  /**
   * Reads what follows what was read.
   *
   * @param isLast - Whether that is all there is.
   * @returns How many bytes were read: what follows them is not whole yet.
   * @throws {DcrError} `store_unreadable`
   */
  read(bytes: Buffer, isLast: boolean): number {
    const read = this.#readFrames(bytes, isLast)
    if (isLast && this.#epoch === '') throw this.#damaged(0)
    this.#end += read
    return read
  }

  #readFrames(bytes: Buffer, isLast: boolean): number {
    let place = 0
    while (place < bytes.length) {
      const frame = frameAt(bytes, place)
      if (frame) {
        if (frame.kind !== 'start' && this.#epoch === '') throw this.#damaged(place)
        this.#note(frame)
        this.#mark = {
          place: this.#end + place,
          bytes: Buffer.from(bytes.subarray(place, place + MARK_LENGTH)),
        }
        place = frame.end
        continue
      }
      // A journal comes to be with a whole frame in which somebody begins: what is there was cut, and is no save that broke off.
      if (this.#epoch === '') throw this.#damaged(place)
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
        const what = `${this.#file} was written by a later version of dcr-client (format ${frame.format})`
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
    const what = `${this.#file} is damaged at byte ${this.#end + place}, and is left as it is: ${remedy}`
    return storeFailure('store_unreadable', what)
  }
}
