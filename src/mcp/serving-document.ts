import { failure } from '../http/failure.js'
import {
  type ClientIdMetadataDocument,
  lintClientIdMetadataDocument,
  refuseErrors,
} from './client-id-metadata-document.js'

/** How a document is served. */
export interface ServeDocumentOptions {
  /** Seconds for which servers may keep what they have read. Default 3,600: a changed document counts an hour later. */
  maxAge?: number | undefined
}

/** An hour: servers ask seldom enough, and a redirect URI that was added is known the same day. */
const HOUR = 3600

/** What it is asked with, as far as it is served here. */
const METHODS = 'GET, HEAD, OPTIONS'

/** Public by its nature: whoever reads it in a browser may. */
const PUBLIC = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' }

/**
 * A fetch handler that serves a client ID metadata document at the path of its `client_id`, for any framework that has
 * `Request` and `Response`. Other paths are answered with 404, other methods with 405, and who has the document already
 * with 304. The host of the request is not looked at, so that it works behind a proxy.
 *
 * @throws {DcrError} `invalid_argument` if the document is not fit to be published; the message has all that is wrong.
 * @see draft-ietf-oauth-client-id-metadata-document §5, RFC 9110 §13.1.2
 * @example
 * const handle = serveClientIdMetadataDocument(document)
 * export default { fetch: handle } // Bun, Deno, Workers; with Hono: app.get(path, (context) => handle(context.req.raw))
 */
export function serveClientIdMetadataDocument(
  document: ClientIdMetadataDocument,
  options: ServeDocumentOptions = {},
): (request: Request) => Promise<Response> {
  const operation = 'serveClientIdMetadataDocument'
  const { client_id } = Object(document) as ClientIdMetadataDocument
  refuseErrors(lintClientIdMetadataDocument(client_id, document), operation)
  const { maxAge = HOUR } = Object(options) as ServeDocumentOptions
  if (!Number.isSafeInteger(maxAge) || maxAge < 0)
    throw failure({ operation }, 'invalid_argument', 'options.maxAge must be whole seconds, 0 or more')
  const place = placeOf(client_id)
  const text = JSON.stringify(document)
  let tag: Promise<string> | undefined

  return async ({ url, method, headers }) => {
    if (placeOf(url) !== place) return new Response(null, { status: 404 })
    if (method === 'OPTIONS') return new Response(null, { status: 204, headers: preflight })
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: METHODS } })
    // Not before the first request: some runtimes compute nothing while they load.
    tag ??= tagOf(text)
    const etag = await tag
    const caching = { ...PUBLIC, etag, 'cache-control': `public, max-age=${maxAge}` }
    if (isHeld(etag, headers.get('if-none-match')))
      return new Response(null, { status: 304, headers: caching })
    const described = { ...caching, 'content-type': 'application/json' }
    return new Response(method === 'HEAD' ? null : text, { headers: described })
  }
}

const preflight = {
  ...PUBLIC,
  'access-control-allow-methods': METHODS,
  'access-control-allow-headers': '*',
}

function placeOf(url: string): string {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}

async function tagOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return `"${Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')}"`
}

/** By the weak comparison that reading wants (RFC 9110 §13.1.2): what compresses on the way weakens a tag. */
function isHeld(etag: string, given: string | null): boolean {
  const tags = given?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.includes(etag) || tags.includes('*')
}
