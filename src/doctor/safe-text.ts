import { parse } from '../http/url.js'
import { printable } from '../printable.js'

/** Characters of a sentence with a few URLs in it; a server that says more is cut. */
const LONGEST_TEXT = 1000

/** What is shorter may stand anywhere by chance. Characters. */
const SHORTEST_SECRET = 6

/** Schemes have a dozen characters at most; without a bound, a long word would be searched from each of its letters. */
const URL_IN_TEXT = /[a-z][a-z\d+.-]{0,31}:\/\/[^\s"'<>]+/gi

/** What ends a sentence, and is none of a URL before it. */
const PUNCTUATION = '.,;:!)]'

/** Text that may stand in a bug report: no secret that is known, no query and no password of a URL, nothing unseen. */
export function safeText(text: string, secrets: Iterable<string> = []): string {
  const known = [...secrets].filter(({ length }) => length >= SHORTEST_SECRET)
  const hidden = known
    .sort((one, other) => other.length - one.length)
    .reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text)
  return printable(hidden.replace(URL_IN_TEXT, safeUrl), LONGEST_TEXT)
}

function safeUrl(text: string): string {
  let end = text.length
  while (PUNCTUATION.includes(text.charAt(end - 1))) end--
  const found = text.slice(0, end)
  return `${withoutSecrets(found)}${text.slice(end)}`
}

/** Of a URL that no parser takes nobody knows what is what. */
function withoutSecrets(text: string): string {
  const url = parse(text)
  const after = text.indexOf('://') + '://'.length
  if (!url) return `${text.slice(0, after)}…`
  const { protocol, username, password, host, pathname, search, hash } = url
  // As it is written: who compares two issuers sees the capital letter that makes them two.
  if (!username && !password && !search && !hash) return text
  const user = username || password ? '…@' : ''
  // The parser adds a slash to a host alone, which issuers do not have.
  const path = pathname === '/' && !/[/\\]/.test(text.slice(after)) ? '' : pathname
  return `${protocol}//${user}${host}${path}${search && '?…'}${hash && '#…'}`
}
