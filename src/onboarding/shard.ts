import { failure } from '../http/failure.js'
import { isRecord } from '../json.js'

/** A part of the clients of a manifest: all parts together are all of them, and no two share one. */
export interface Shard {
  /** Which one, from 1 to `of`. */
  readonly index: number
  /** How many there are: the same for all that share the work. */
  readonly of: number
}

/** More machines than anybody lets share one store. */
const MOST = 1024

export function checkShard(shard: unknown): Shard {
  const { index, of } = isRecord(shard) ? shard : {}
  const isWhole = Number.isInteger(index) && Number.isInteger(of)
  if (isWhole && Number(index) >= 1 && Number(index) <= Number(of) && Number(of) <= MOST)
    return { index: Number(index), of: Number(of) }
  const what = `options.shard must be { index, of }, whole numbers with an index from 1 to of, and of at most ${MOST}`
  throw failure({ operation: 'Onboarding' }, 'invalid_argument', what)
}

/** Whether what is kept under a key is of that part: the same on every machine, in every version. */
export function isInShard(key: string, { index, of }: Shard): boolean {
  return hash(key) % of === index - 1
}

/** FNV-1a of the UTF-16 units, with the last bits stirred: names that differ in their last letter go to other parts. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++)
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  return (state ^ (state >>> 13)) >>> 0
}
