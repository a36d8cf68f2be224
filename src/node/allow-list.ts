import { portOf } from './ports.js'

/** Hosts and ports that a caller lets through, whatever they are and wherever they lead. */
export type AllowList = ReadonlySet<string>

/** One entry in the only spelling that is compared, or nothing if it is none: `host:port`, an IPv6 address in brackets. */
export function entryOf(text: string): string | undefined {
  const [, host = '', port = ''] = /^([^:/?#@\\\s*]+|\[[^\]]+\]):(\d{1,5})$/.exec(text) ?? []
  try {
    const url = new URL(`http://${host}:${port}`)
    return host && portOf(url) > 0 ? keyOf(url) : undefined
  } catch {
    return undefined
  }
}

export function isAllowed(list: AllowList, url: URL): boolean {
  return list.has(keyOf(url))
}

/** A URL as an entry of the list: what a message proposes. */
export function keyOf(url: URL): string {
  return `${url.hostname.replace(/\.$/, '')}:${portOf(url)}`
}
