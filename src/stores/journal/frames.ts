import crypto from 'node:crypto'

/** Of the journal, not of the package. One that holds a later format is left alone. */
export const FORMAT = 1

/**
 * A journal is a row of frames: a line, and what the line tells of. The line is the checksum of all that follows it in the
 * frame, and JSON.
 *
 * - `start`: somebody begins to write. Frames of an earlier writer count up to here, and no later.
 * - `kept`: the text of a key, in place of the one before.
 * - `removed`: there is none any more.
 */
export type Frame =
  | { readonly kind: 'start'; readonly format: number; readonly epoch: string; readonly end: number }
  | {
      readonly kind: 'kept'
      readonly epoch: string
      readonly key: string
      /** Where its text is, in bytes from the beginning of what was read. */
      readonly start: number
      readonly end: number
    }
  | { readonly kind: 'removed'; readonly epoch: string; readonly key: string; readonly end: number }

const NEWLINE = 0x0a
/** Characters of a checksum: half of SHA-256, which tells damage as well as the whole. */
const SUM = 32
/** What no other frame has: in JSON no space stands before a brace, and no quote in a string is bare. */
const START = ' {"journal":'

/** The name of a writer's turn, which is never given twice. */
export function newEpoch(): string {
  return crypto.randomUUID()
}

/** The line break before it ends what an earlier writer may have left half written. */
export function startFrame(epoch: string, format = FORMAT): Buffer {
  return Buffer.concat([Buffer.from('\n'), framed({ journal: format, epoch })])
}

/** Bytes: the line break that a frame may begin with, and its checksum. */
export const MARK_LENGTH = 1 + SUM

/** @param text - What is kept from now on; without one, the key is removed. */
export function frameOf(epoch: string, key: string, text?: Uint8Array): Buffer {
  return text ? framed({ epoch, key, bytes: text.length }, text) : framed({ epoch, key })
}

function framed(told: object, text: Uint8Array = new Uint8Array()): Buffer {
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(told)}\n`), text])
  return Buffer.concat([Buffer.from(`${sumOf(content)} `), content])
}

/** The frame at a place; undefined if there is no whole one. */
export function frameAt(bytes: Buffer, place: number): Frame | undefined {
  const from = bytes[place] === NEWLINE ? place + 1 : place
  const line = lineAt(bytes, from)
  if (!line) return undefined
  const end = line.end + line.bytes
  if (end > bytes.length) return undefined
  if (sumOf(bytes.subarray(from + SUM + 1, end)) !== bytes.toString('latin1', from, from + SUM))
    return undefined
  const { journal, epoch, key } = line
  if (typeof journal === 'number') return { kind: 'start', format: journal, epoch, end }
  if (line.isRemoval) return { kind: 'removed', epoch, key, end }
  return { kind: 'kept', epoch, key, start: line.end, end }
}

/** Where the next writer begins; -1 if none does. */
export function nextStart(bytes: Buffer, place: number): number {
  for (let mark = bytes.indexOf(START, place); mark >= 0; mark = bytes.indexOf(START, mark + 1)) {
    const found = mark - SUM - 1
    if (found >= place && bytes[found] === NEWLINE && frameAt(bytes, found)?.kind === 'start') return found
  }
  return -1
}

/**
 * Whether bytes are what a write leaves that broke off: the beginning of a frame, and perhaps zeros where a file system
 * had made room already. Its writer has told nobody that it was kept.
 */
export function isBrokenOff(bytes: Buffer): boolean {
  const written = withoutStarts(withoutZeros(bytes))
  const line = lineAt(written, 0)
  if (!line) return !written.includes(NEWLINE, 1)
  // A registration has two lines. Where there are both, others may follow that were kept.
  const text = written.subarray(line.end)
  const first = text.indexOf(NEWLINE)
  return text.length < line.bytes && (first < 0 || text.indexOf(NEWLINE, first + 1) < 0)
}

function withoutZeros(bytes: Buffer): Buffer {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  return bytes.subarray(0, length)
}

/** Whoever begins next may break off, too. */
function withoutStarts(bytes: Buffer): Buffer {
  const last = bytes.lastIndexOf(NEWLINE)
  const line = bytes.toString('latin1', last + 1)
  const rest = line.slice(SUM)
  const isStart = /^[0-9a-f]+$/.test(line.slice(0, SUM)) && (rest.startsWith(START) || START.startsWith(rest))
  return last > 0 && isStart ? withoutStarts(bytes.subarray(0, last)) : bytes
}

function lineAt(bytes: Buffer, from: number) {
  const newline = bytes.indexOf(NEWLINE, from)
  if (newline < from + SUM) return undefined
  try {
    const { journal, epoch, key, bytes: length } = JSON.parse(bytes.toString('utf8', from + SUM + 1, newline))
    const isRemoval = length === undefined
    return {
      journal,
      epoch: `${epoch}`,
      key: `${key}`,
      isRemoval,
      bytes: Number(length ?? 0),
      end: newline + 1,
    }
  } catch {
    // Its error quotes the text.
    return undefined
  }
}

function sumOf(content: Uint8Array): string {
  // Without an object, in half the time; since Node 20.12.
  const sum = crypto.hash?.('sha256', content) ?? crypto.createHash('sha256').update(content).digest('hex')
  return sum.slice(0, SUM)
}
