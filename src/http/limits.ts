import { isRecord } from '../json.js'

/**
 * How much of an answer is taken, and how long is waited for it. Each can be made smaller or larger; what is left
 * out keeps its default. An answer over a limit fails the call, and what it says of a client that exists by then is
 * in the `client` of the error.
 *
 * @example
 * new DcrClient(server, { limits: { firstByte: 60_000, bodyBytes: 1024 * 1024 } })
 */
export interface Limits {
  /** Bytes of a body, after it was decompressed. Default 262,144. */
  bodyBytes?: number | undefined
  /** Bytes of the headers that `fetch` shows, names and values. Runtimes have a limit of their own. Default 16,384. */
  headerBytes?: number | undefined
  /** Objects and lists within each other in JSON, the outermost included. At most 1,000. Default 32. */
  jsonDepth?: number | undefined
  /** Members of all objects of a JSON text. Default 2,000. */
  jsonMembers?: number | undefined
  /** UTF-16 units of a string in JSON. A member with a longer one is left out, with a warning. Default 65,536. */
  stringLength?: number | undefined
  /** Milliseconds from sending a request to the headers of its answer. Default 15,000. */
  firstByte?: number | undefined
  /** Milliseconds between two parts of a body. Default 10,000. */
  idle?: number | undefined
  /** Bytes of the metadata that is sent, as JSON. Default 65,536. */
  requestBytes?: number | undefined
}

export type EveryLimit = Readonly<Record<keyof Limits, number>>

/** A longer timer fires at once, in every runtime. */
export const LONGEST_TIMER = 2_147_483_647

const DEFAULTS: EveryLimit = {
  // The largest honest answers, metadata documents of servers with hundreds of scopes, stay under 64 KiB.
  bodyBytes: 256 * 1024,
  // What Node itself takes.
  headerBytes: 16 * 1024,
  // Real answers have five at most: keys and authorization details are the deepest.
  jsonDepth: 32,
  // Real answers have some sixty, and a key set a dozen for each key.
  jsonMembers: 2000,
  // Software statements, the longest strings there are, have some 4000.
  stringLength: 64 * 1024,
  // Half of the deadline: a second attempt, where one is safe, has its time as well.
  firstByte: 15_000,
  // A server that has begun has the answer; what is silent for longer is a connection that broke unseen.
  idle: 10_000,
  // Far more than any real registration; servers refuse bodies from 56 KiB on.
  requestBytes: 64 * 1024,
}

/** What is nested more than some thousand times can be read, and not be written again. */
const DEEPEST = 1000

/** The limits of a call: own members only, and the last that was given of each. */
export function checkedLimits(layers: readonly unknown[], refuse: (what: string) => Error): EveryLimit {
  const given = layers.filter((layer) => layer !== undefined)
  if (given.length === 0) return DEFAULTS
  const limits: Record<string, number> = { ...DEFAULTS }
  for (const layer of given) {
    if (!isRecord(layer)) throw refuse('limits must be an object')
    for (const [name, value] of Object.entries(layer)) {
      if (value === undefined) continue
      if (!Object.hasOwn(DEFAULTS, name))
        throw refuse(`limits must be of ${Object.keys(DEFAULTS).join(', ')}`)
      // More bytes than a string can have anywhere, and the longest timer.
      const largest = name === 'jsonDepth' ? DEEPEST : LONGEST_TIMER
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > largest)
        throw refuse(`limits.${name} must be a whole number, at least 1 and at most ${largest}`)
      limits[name] = value
    }
  }
  return limits as EveryLimit
}

/** How an error names the limit that was passed. */
export function setBy(name: keyof Limits): string {
  return `the option limits.${name} sets that`
}
