import { parse } from '../http/url.js'
import { printable } from '../printable.js'

/** Characters of a sentence with a few URLs in it; a server that says more is cut. */
const LONGEST_TEXT = 1000

/** What is shorter may stand anywhere by chance. Characters. */
const SHORTEST_SECRET = 6

const URL_IN_TEXT = /[a-z][a-z\d+.-]*:\/\/[^\s"'<>]+/gi

/** Text that may stand in a bug report: no secret that is known, no query and no password of a URL, nothing unseen. */
export function safeText(text: string, secrets: Iterable<string> = []): string {
  const known = [...secrets].filter(({ length }) => length >= SHORTEST_SECRET)
  const hidden = known
    .sort((one, other) => other.length - one.length)
    .reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text)
  return printable(hidden.replace(URL_IN_TEXT, safeUrl), LONGEST_TEXT)
}

/** A URL without what could be a secret in it. Of one that no parser takes nobody knows what is what. */
function safeUrl(text: string): string {
  // What ends a sentence is none of it.
  const [, found = text, end = ''] = /^(.*?)([.,;:!)\]]*)$/s.exec(text) ?? []
  const url = parse(found)
  const rest = url ? `${url.search && '?…'}${url.hash && '#…'}` : ''
  const plain = url && `${url.protocol}//${url.username || url.password ? '…@' : ''}${url.host}`
  if (!url) return `${found.replace(/^([^:]*:\/\/).*$/s, '$1…')}${end}`
  // The parser adds a slash to a host alone, which issuers do not have.
  const path = url.pathname === '/' && !/^[^:]*:\/\/[^/?#]*\//.test(found) ? '' : url.pathname
  return `${plain}${path}${rest}${end}`
}
