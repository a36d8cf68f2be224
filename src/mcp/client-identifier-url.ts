import { isLoopback, parse } from '../http/url.js'
import { printable } from '../printable.js'
import type { FindingListener } from './document-finding.js'

/** Characters of a URL that are shown in a message: more than any that a person would choose. */
const LONGEST_SHOWN = 256

/**
 * What makes a URL unfit to be a `client_id`. It is looked at as it is written, since servers compare it as a string, and a
 * parser repairs much.
 *
 * @see draft-ietf-oauth-client-id-metadata-document §3
 */
export function checkClientIdentifierUrl(url: string, found: FindingListener): void {
  const error = (message: string) => found.error('client_id', message)
  const warning = (message: string) => found.warning('client_id', message)

  const [isAbsolute, scheme = '', authority = '', path = ''] =
    /^([a-z][a-z\d+.-]*):\/\/([^/?#]+)([^?#]*)/i.exec(url) ?? []
  const parsed = parse(url)
  if (!isAbsolute || !parsed) {
    error('The URL of the document must be an absolute https URL.')
    return
  }
  if (scheme.toLowerCase() !== 'https') error('The URL of the document must be https.')
  if (/[\s\\\p{Cc}\p{Cf}\p{Cs}]/u.test(url))
    error('The URL must not have spaces, backslashes, control or invisible characters.')
  if (authority.includes('@')) error('The URL must not hold a user name or password.')
  if (url.includes('#')) error('The URL must not have a fragment.')
  if (path === '' || path === '/') error('The URL must have a path, such as /oauth/client.json.')
  if (/\/(\.|%2e){1,2}(\/|$)/i.test(path)) error('The URL must not have dot segments in its path.')
  if (parsed.search) warning('The URL should not have a query.')
  if (isLoopback(parsed)) warning('The URL is on this machine: servers on others cannot read it.')
  // Who fetches it parses it, and two ways of writing it would be two clients.
  if (parsed.href !== url && path !== '') {
    const normal = printable(parsed.href, LONGEST_SHOWN)
    warning(`The URL is not in its normal form, ${normal}, which servers may compare.`)
  }
}
