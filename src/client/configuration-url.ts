import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { callableUrl, parse } from '../http/url.js'
import { printable } from '../printable.js'
import type { AuthorizationServerMetadata, ClientInformation, ManageWith } from '../types.js'

/**
 * `registration_client_uri` exactly as it was given: RFC 7592 Appendix B forbids to build it. It is built where a
 * provider says so, and where a server has another way of managing and so gives none.
 */
export function configurationUrl(
  { registration_client_uri, client_id }: ClientInformation,
  { registration_endpoint, issuer }: AuthorizationServerMetadata,
  manageWith: ManageWith,
  call: Call,
): URL {
  const { managedAt } = call.provider ?? {}
  const home = callableUrl(registration_endpoint ?? issuer, 'registration_endpoint', call)
  if (registration_client_uri && !managedAt) {
    const url = callableUrl(registration_client_uri, 'registration_client_uri', call)
    if (url.origin === home.origin || call.trustedOrigins?.includes(url.origin)) return url
    const where = `at ${url.origin}, and the client was registered at ${home.origin}`
    throw failure(
      call,
      'untrusted_origin',
      `registration_client_uri is ${where}; trust it by the option trustedOrigins`,
    )
  }
  if (!registration_endpoint || (manageWith === 'registration_access_token' && !managedAt)) {
    throw failure(
      call,
      'management_not_supported',
      `the client has no registration_client_uri to be managed at${instead(call)}`,
    )
  }
  if (managedAt === 'query') {
    home.searchParams.set('client_id', client_id)
    return home
  }
  const name = percentEncoded(client_id)
  const below = `${home.pathname.replace(/\/$/, '')}/${name}`
  home.pathname = below
  // A client_id of dots would climb out of it.
  if (name !== undefined && home.pathname === below) return home
  throw failure(
    call,
    'management_not_supported',
    'the client_id cannot stand in a path, and there is no registration_client_uri',
  )
}

/** What to do where there is no update. */
export function instead({ operation }: Call): string {
  return operation === 'update'
    ? '; to change it, register another: dcr.register(metadataOf(client, changes))'
    : ''
}

export function isAtHome(url: URL, issuer: string): boolean {
  return url.origin === parse(issuer)?.origin
}

/**
 * Refuses to send the initial access token to where the issuer is not: whoever gave it out knows the issuer, and the
 * metadata, which names the endpoint, may be a stranger's.
 */
export function checkHome(url: URL, { issuer }: AuthorizationServerMetadata, call: Call): void {
  if (isAtHome(url, issuer) || call.trustedOrigins?.includes(url.origin)) return
  const where = `at ${url.origin}, and the issuer is ${printable(issuer, 256)}`
  throw failure(
    call,
    'untrusted_origin',
    `the initial access token would go to a registration_endpoint ${where}; trust it by the option trustedOrigins`,
  )
}

/** Nothing for what cannot be encoded, half a surrogate pair. */
function percentEncoded(text: string): string | undefined {
  try {
    return encodeURIComponent(text)
  } catch {
    return undefined
  }
}
