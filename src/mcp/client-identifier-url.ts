import { isLoopback, parse } from '../http/url.js'
import { printable } from '../printable.js'
import type { FindingListener } from './document-finding.js'

/** Characters of a URL that are shown in a message: more than any that a person would choose. */
const LONGEST_SHOWN = 256

/**
 * What makes a URL unfit to be a `client_id`. It is looked at as it is written, since servers compare it as a string.
 *
 * @see draft-ietf-oauth-client-id-metadata-document §3
 */
export function checkClientIdentifierUrl(url: string, found: FindingListener): void {
  const error = (message: string) => found.error('client_id', message)
  const warning = (message: string) => found.warning('client_id', message)

  const parsed = parse(url)
  if (!parsed) {
    error('The URL of the document must be an absolute https URL.')
    return
  }
  if (parsed.protocol !== 'https:') error('The URL of the document must be https.')
  if (parsed.username || parsed.password) error('The URL must not hold a user name or password.')
  if (url.includes('#')) error('The URL must not have a fragment.')
  const [, path = ''] = /^[^/]*\/\/[^/?#]*([^?#]*)/.exec(url) ?? []
  if (path === '' || path === '/')
    error('The URL must have a path, such as /oauth/client.json: clients and servers refuse one without.')
  if (/\/(\.|%2e){1,2}(\/|$)/i.test(path)) error('The URL must not have dot segments in its path.')
  if (parsed.search) warning('The URL should not have a query.')
  if (isLoopback(parsed)) warning('The URL is on this machine: servers on others cannot read it.')
  // Who fetches it parses it, and two ways of writing it would be two clients.
  if (parsed.href !== url && path !== '')
    warning(
      `The URL is not in its normal form, which is ${printable(parsed.href, LONGEST_SHOWN)}: servers that parse it compare another.`,
    )
}
