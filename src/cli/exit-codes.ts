import { DcrError } from '../errors.js'
import { UsageError } from './errors.js'

/** The exit codes of `dcr`, which scripts decide by: they stay as they are. */
export const EXIT = {
  done: 0,
  /** A server refused, or it failed; nothing is left in doubt. */
  failed: 1,
  badUsage: 2,
  /** Some of it is done, some is not. */
  partlyDone: 3,
  /** A request may have been done, or was done and its answer could not be used: look before trying again. */
  unsafe: 4,
  /** 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** @param isAnythingSent - Whether a server was asked: a URL that cannot be called may be the server's from then on. */
export function exitCodeOf(error: unknown, isAnythingSent: boolean): ExitCode {
  if (error instanceof UsageError) return EXIT.badUsage
  if (!(error instanceof DcrError)) return EXIT.failed
  const { code, outcome, endpoint = '' } = error
  if (code === 'registration_in_doubt') return EXIT.unsafe
  // A read that was lost has changed nothing.
  if (outcome === 'applied' || (outcome === 'unknown' && !endpoint.startsWith('GET '))) return EXIT.unsafe
  if (code === 'aborted') return EXIT.interrupted
  if (code === 'invalid_argument') return EXIT.badUsage
  const isOfUrl = code === 'invalid_url' || code === 'insecure_url'
  return isOfUrl && !isAnythingSent ? EXIT.badUsage : EXIT.failed
}

/** The code of a command that did several things, each of which came to one of these. */
export function exitCodeOfAll(codes: readonly ExitCode[]): ExitCode {
  const failed = codes.filter((code) => code !== EXIT.done)
  if (failed.length === 0) return EXIT.done
  if (failed.includes(EXIT.unsafe)) return EXIT.unsafe
  if (failed.length < codes.length) return EXIT.partlyDone
  return EXIT.failed
}
