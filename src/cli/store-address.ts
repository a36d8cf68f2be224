import { fileURLToPath } from 'node:url'
import { UsageError } from './errors.js'

/** The variable that names the store where `--store` does not. */
export const STORE_VARIABLE = 'DCR_STORE'

/** Before the host, with what a careless hand leaves unescaped in it, or in the query, where PostgreSQL takes it too. */
const PASSWORD = /^\w+:\/\/[^@]*:[^@]+@|[?&](ssl)?password=/i

/** What a person wrote to name a store. */
export interface StoreAddress {
  /** All of it, as it was written. */
  readonly text: string
  /** What is before its first colon; empty without one. */
  readonly scheme: string
  /** What is behind that. */
  readonly rest: string
  /** Where it was written, for messages. */
  readonly source: string
}

/**
 * What `--store` says, or else the environment, or else the default.
 *
 * @param option - The value of `--store`; it may have no password, as an argument can be read by everybody.
 * @throws {UsageError} It has one.
 */
export function storeAddress(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): StoreAddress {
  if (option !== undefined && PASSWORD.test(option)) {
    throw new UsageError(
      `--store is not taken with a password in it: an argument can be read by everybody on this machine; put the URL into ${STORE_VARIABLE}`,
    )
  }
  const text = option ?? (environment[STORE_VARIABLE] || 'file:')
  const [scheme = ''] = /^[^:]*(?=:)/.exec(text) ?? []
  const source = option === undefined ? STORE_VARIABLE : '--store'
  return { text, scheme, rest: text.slice(scheme.length + 1), source }
}

/**
 * The path that stands behind the scheme; undefined where nothing does. Without slashes it is a path as the shell has
 * it, with two of them a URL.
 *
 * @throws {UsageError} The URL is none of a path.
 */
export function pathIn({ scheme, rest, source }: StoreAddress): string | undefined {
  if (rest === '') return undefined
  if (!rest.startsWith('//')) return rest
  try {
    return fileURLToPath(`file:${rest}`)
  } catch {
    throw new UsageError(`${source} must be ${scheme}:PATH, or ${scheme}:///PATH with three slashes`)
  }
}

/**
 * All of it, where it is a URL. It may have a password, and is not repeated.
 *
 * @param form - What it has to look like.
 * @throws {UsageError} It is none: what a database makes of that tells nobody what is wrong.
 */
export function urlIn({ text, scheme, source }: StoreAddress, form: string): string {
  if (URL.canParse(text)) return text
  // PostgreSQL takes one without a host, for that of its own variables.
  if (scheme.startsWith('postgres') && URL.canParse(text.replace('://', '://localhost'))) return text
  throw new UsageError(`${source} is no URL: it must be ${form}, with what is odd in a password as %XX`)
}
