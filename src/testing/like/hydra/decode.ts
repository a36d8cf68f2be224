import type { Members } from '../../dialect.js'
import { normalizeDuration } from './go-duration.js'
import { ARRAYS, BOOLEANS, DATES, LIFESPANS, NOT_TO_CHOOSE, STRINGS } from './members.js'

/**
 * Reads a body as Go reads it into a struct: no content type is looked at, unknown members are dropped, `null` changes
 * nothing, and a value of another type is an error. Durations come out as Go prints them.
 *
 * `undefined` where it cannot be read.
 */
export function decodeClient(body: string): Members | undefined {
  const json = parse(body)
  if (json === undefined) return undefined
  const client: Members = {}
  for (const [name, value] of Object.entries(json)) {
    // A raw message: `null` is kept as it is.
    if (name === 'metadata') client[name] = value
    if (value === null || !Object.hasOwn(DECODERS, name)) continue
    const decoded = DECODERS[name]?.(value)
    if (decoded === undefined) return undefined
    client[name] = decoded
  }
  return client
}

function parse(body: string): object | undefined {
  try {
    const json: unknown = JSON.parse(body)
    if (typeof json === 'object' && !Array.isArray(json)) return json ?? {}
  } catch {}
  return undefined
}

type Decoder = (value: unknown) => unknown

const isString = (value: unknown): value is string => typeof value === 'string'
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const DECODERS: Readonly<Record<string, Decoder>> = {
  ...each([...STRINGS, ...NOT_TO_CHOOSE], (value) => (isString(value) ? value : undefined)),
  ...each(ARRAYS, (value) => (Array.isArray(value) && value.every(isString) ? value : undefined)),
  ...each(BOOLEANS, (value) => (typeof value === 'boolean' ? value : undefined)),
  ...each(LIFESPANS, (value) => (isString(value) ? normalizeDuration(value) : undefined)),
  ...each(DATES, (value) => (isString(value) && !Number.isNaN(Date.parse(value)) ? value : undefined)),
  client_secret_expires_at: (value) => (Number.isSafeInteger(value) ? value : undefined),
  jwks: (value) => (isObject(value) ? value : undefined),
}

function each(names: readonly string[], decoder: Decoder): Record<string, Decoder> {
  return Object.fromEntries(names.map((name) => [name, decoder]))
}
