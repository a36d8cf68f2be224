import type { DcrError } from '../errors.js'
import { failure } from '../http/failure.js'
import { isPlain } from '../json.js'
import { type Allowances, entryOf } from './allow-list.js'
import { type ClientCertificate, type Connections, connectionsOf, type Pem } from './connections.js'
import type { Lookup } from './dialing.js'

/** Options of {@link guardedFetch}. */
export interface GuardedFetchOptions {
  /**
   * What is let through although the guard would refuse it, by exact host and port: `['as.internal.example:443',
   * '127.0.0.1:8080', '[::1]:8080']`. A name in it may lead to any address. It lets nothing else through: neither the
   * same address by another name, nor another port. Default none.
   */
  allow?: readonly string[] | undefined
  /**
   * Lets this machine through by its own names, `localhost`, `127.0.0.1` and `[::1]`, at every port: for development and
   * tests. Default false.
   */
  allowLoopback?: boolean | undefined
  /** Finds the addresses of a name, in place of the system's resolver. What it finds is checked all the same. */
  lookup?: Lookup | undefined
  /** The certificates of authorities, in PEM, that are trusted in place of those of the runtime. */
  ca?: Pem | readonly Pem[] | undefined
  /** A certificate and its key, in PEM, to show to one origin, such as `https://as.example.com`, and to no other. */
  clientCertificate?: ClientCertificate | undefined
  /** Milliseconds to look up a name and to connect, TLS included. Default 10,000. */
  connectTimeout?: number | undefined
  /** Bytes that the head of an answer may have. Default 16,384. */
  maxHeaderSize?: number | undefined
}

/** Options that have been checked. */
export interface Settings extends Connections, Allowances {
  readonly lookup: Lookup | undefined
  readonly connectTimeout: number
  readonly maxHeaderSize: number
}

/** Long enough for a TCP connection whose first two packets were lost, and a third of the default of a whole call. */
const CONNECT_TIMEOUT = 10_000
/** What Node allows of itself; honest heads stay under 4 KiB. */
const MAX_HEADER_SIZE = 16 * 1024
/** A longer timer fires at once. */
const LONGEST_TIMER = 2_147_483_647
const LARGEST_HEADER = 1024 * 1024

export function settingsOf(options: GuardedFetchOptions): Settings {
  if (!isPlain(options)) throw refuse('the options must be an object')
  // Own members only, so that a polluted `Object.prototype` lets nothing through.
  const given: GuardedFetchOptions = Object.assign(Object.create(null), options)
  const {
    allow = [],
    allowLoopback = false,
    lookup,
    connectTimeout = CONNECT_TIMEOUT,
    maxHeaderSize = MAX_HEADER_SIZE,
  } = given
  if (lookup !== undefined && typeof lookup !== 'function') throw refuse('options.lookup must be a function')
  if (typeof allowLoopback !== 'boolean') throw refuse('options.allowLoopback must be true or false')
  const { ca, clientCertificate } = given
  return {
    allow: allowed(allow),
    allowLoopback,
    lookup,
    connectTimeout: whole('connectTimeout', 'milliseconds', connectTimeout, LONGEST_TIMER),
    maxHeaderSize: whole('maxHeaderSize', 'bytes', maxHeaderSize, LARGEST_HEADER),
    ...connections(ca, clientCertificate && identity(clientCertificate)),
  }
}

function allowed(list: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(list)) throw refuse('options.allow must be a list')
  return new Set(
    list.map((text) => {
      const entry = typeof text === 'string' ? entryOf(text) : undefined
      if (entry !== undefined) return entry
      throw refuse(
        "options.allow must list hosts with their ports, such as 'as.internal.example:443', and no more",
      )
    }),
  )
}

function whole(name: string, unit: string, value: number, most: number): number {
  if (Number.isInteger(value) && value > 0 && value <= most) return value
  throw refuse(`options.${name} must be a whole number of ${unit}, more than 0 and at most ${most}`)
}

function identity(given: ClientCertificate): ClientCertificate {
  const { origin, cert, key } = Object(given) as Partial<ClientCertificate>
  if (
    typeof origin !== 'string' ||
    !/^https:/.test(origin) ||
    !URL.canParse(origin) ||
    new URL(origin).origin !== origin
  ) {
    throw refuse(
      "options.clientCertificate.origin must be one such as 'https://as.example.com', without a slash at the end",
    )
  }
  if (!cert || !key) throw refuse('options.clientCertificate must have cert and key, both in PEM')
  return { origin, cert, key }
}

function connections(ca: GuardedFetchOptions['ca'], certificate: ClientCertificate | undefined): Connections {
  try {
    return connectionsOf(ca, certificate)
  } catch {
    // Its error may quote what was given for a key.
    throw refuse(
      'options.ca and options.clientCertificate must hold certificates, and the key of one, in PEM',
    )
  }
}

function refuse(what: string): DcrError {
  return failure({ operation: 'guardedFetch' }, 'invalid_argument', what)
}
