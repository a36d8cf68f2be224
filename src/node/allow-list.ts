import { isLoopback, parse } from '../http/url.js'
import { portOf } from './ports.js'

/** What a caller lets through, whatever it is and wherever it leads. */
export interface Allowances {
  /** Hosts with their ports, in the one spelling that is compared. */
  readonly allow: ReadonlySet<string>
  /** Whether this machine is, by its own names. */
  readonly allowLoopback: boolean
}

/** One entry in the only spelling that is compared, or nothing if it is none: `host:port`, an IPv6 address in brackets. */
export function entryOf(text: string): string | undefined {
  const url = /^([^:/?#@\\\s*]+|\[[^\]]+\]):\d{1,5}$/.test(text) ? parse(`http://${text}`) : undefined
  return url && portOf(url) > 0 ? keyOf(url) : undefined
}

export function isAllowed({ allow, allowLoopback }: Allowances, url: URL): boolean {
  return allow.has(keyOf(url)) || (allowLoopback && isLoopback(url))
}

/** A URL as an entry of the list: what a message proposes. */
export function keyOf(url: URL): string {
  return `${url.hostname.replace(/\.$/, '')}:${portOf(url)}`
}
