import { isHarmful } from '../http/scheme.js'
import { isLoopback, parse } from '../http/url.js'
import type { JsonObject } from '../json.js'
import type { FindingListener } from './document-finding.js'

/** Grants that send the user's browser back to the client (RFC 6749 §4.1 and §4.2). */
const REDIRECTING = ['authorization_code', 'implicit']

/** What a redirect URI is judged by. */
interface Client {
  /** The URL of the document. */
  readonly identifier: URL | undefined
  readonly isNative: boolean
}

/** Whom a browser may be sent back to: the document is all that a server knows of it. */
export function checkRedirects(
  document: JsonObject,
  identifier: URL | undefined,
  found: FindingListener,
): void {
  const { redirect_uris, grant_types = ['authorization_code'], application_type } = document
  const uris = Array.isArray(redirect_uris) ? redirect_uris : []
  const redirects = Array.isArray(grant_types) && REDIRECTING.some((grant) => grant_types.includes(grant))
  if (uris.length === 0 && redirects) {
    found.error('redirect_uris', 'It must be there: no server sends a user to a place that is not in it.')
  }
  const client = { identifier, isNative: application_type === 'native' }
  for (const [index, uri] of uris.entries()) {
    if (typeof uri === 'string') checkRedirect(uri, `redirect_uris[${index}]`, client, found)
  }
}

function checkRedirect(uri: string, member: string, client: Client, found: FindingListener): void {
  const { identifier, isNative } = client
  const url = parse(uri)
  if (!url || isHarmful(uri)) {
    found.error(member, url ? `It must not be a ${url.protocol} URI.` : 'It must be an absolute URI.')
    return
  }
  if (uri.includes('#')) found.error(member, 'It must not have a fragment.')
  if (url.username || url.password) found.error(member, 'It must not hold a user name or password.')
  if (url.protocol === 'http:') {
    if (!isLoopback(url)) found.error(member, 'It must be https: http is for this machine alone.')
  } else if (url.protocol !== 'https:') {
    if (!isNative) found.error(member, 'A scheme of its own needs the application_type native.')
    found.warning(member, 'It is of a scheme of its own; MCP wants https, or http to this machine.')
  } else if (identifier && url.origin !== identifier.origin) {
    found.warning(member, 'It is of another origin than the document, which servers may refuse.')
  }
}
