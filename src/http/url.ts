import { failure } from './failure.js'

/** Characters; what servers take of a request line at most, by their defaults. */
const LONGEST_URL = 8192

interface Rules {
  readonly operation: string
  readonly allowInsecureRequests?: boolean | undefined
}

/**
 * Checks a URL that is about to be called: as a string first, since a parser repairs what an attacker wrote,
 * and then parsed, once. `name` is what the caller knows it by; the value itself is shown only where harmless.
 */
export function callableUrl(value: unknown, name: string, rules: Rules): URL {
  const text = value instanceof URL ? value.href : value
  if (typeof text !== 'string' || text === '') {
    throw failure(rules, 'invalid_url', `${name} must be an absolute https URL`)
  }
  if (/[\s\\\p{Cc}\p{Cf}\p{Cs}]/u.test(text)) {
    const what = 'must not have spaces, backslashes, control or invisible characters'
    throw failure(rules, 'invalid_url', `${name} ${what}`)
  }
  if (text.length > LONGEST_URL) {
    throw failure(rules, 'invalid_url', `${name} must not be longer than ${LONGEST_URL} characters`)
  }
  const parts = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*@)?([^/?#:]*)[^#]*(#)?/i.exec(text)
  if (!parts) throw failure(rules, 'invalid_url', `${name} must be an absolute URL that starts with https://`)
  const [, userinfo, host = '', fragment] = parts
  if (userinfo) throw failure(rules, 'invalid_url', `${name} must not have a user name or password in it`)
  if (fragment) throw failure(rules, 'invalid_url', `${name} must not have a fragment`)
  const url = parse(text)
  if (!url || url.port === '0' || !isHostLength(url.hostname)) {
    throw failure(rules, 'invalid_url', `${name} is not a valid URL`)
  }
  if (!isPlainHost(host, url.hostname)) {
    throw failure(rules, 'invalid_url', `the host of ${name} must be written as what it is, ${url.hostname}`)
  }
  if (url.protocol === 'https:') return url
  if (url.protocol !== 'http:') throw failure(rules, 'invalid_url', `${name} must be an https URL`)
  if (rules.allowInsecureRequests && isLoopback(url)) return url
  const advice = isLoopback(url)
    ? 'set allowInsecureRequests to reach a server on this machine'
    : 'http is for loopback addresses only'
  throw failure(rules, 'insecure_url', `${name} is not https (${showUrl(url)}); ${advice}`)
}

/** What names can have (RFC 1035 §2.3.4): the parser leaves that to whoever looks them up. */
function isHostLength(host: string): boolean {
  return host.length <= 253 && host.split('.').every((label) => label.length <= 63)
}

/** The parser turns circled digits into digits and drops soft hyphens: what reads as one host would be another. */
function isPlainHost(written: string, parsed: string): boolean {
  const labels = parsed.split('.')
  const isForeign = (label: string) => /[^\0-\x7f]/.test(label)
  const pairs = written.split('.').map((label, index) => [label, labels[index] ?? ''] as const)
  return !written.includes('%') && pairs.every(([label, as]) => !isForeign(label) || as.startsWith('xn--'))
}

export function parse(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    // Its error holds the whole input, which may hold a password.
    return undefined
  }
}

/** The WHATWG parser has made every spelling of an IPv4 address a dotted one by now. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** A URL as it may be shown: a query can hold a secret. */
export function showUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search ? '?…' : ''}`
}

/** `application/x-www-form-urlencoded`, of one value. */
export function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
