import { isLoopback, parse } from '../http/url.js'
import type { AuthorizationServerMetadata, ClientMetadata } from '../types.js'
import { union } from './scope.js'

/**
 * What an application can authenticate with on its own, in the order in which one on a user's machine and a
 * web server do best.
 */
const METHODS = {
  native: ['none', 'client_secret_basic', 'client_secret_post'],
  web: ['client_secret_basic', 'client_secret_post', 'none'],
} as const

/** What a server supports that names nothing (RFC 8414 §2). */
const SUPPORTED_BY_DEFAULT: readonly string[] = ['client_secret_basic']

/** What is known of a server, a resource and an earlier registration when a client is asked for. */
export interface Circumstances {
  readonly server: AuthorizationServerMetadata
  /** The scopes that the resource needs. */
  readonly scope?: string | undefined
  /** What was last asked of this server. */
  readonly before?: ClientMetadata | undefined
  /** Whether a loopback redirect URI stands for the same with any other port (RFC 8252 §7.3). */
  readonly anyLoopbackPort?: boolean | undefined
}

/**
 * What is asked of an authorization server: the application's metadata, with what it leaves out made to fit
 * the server. What an earlier registration has and still does is kept, so that a client is not changed for
 * nothing.
 */
export function registrationMetadata(metadata: ClientMetadata, circumstances: Circumstances): ClientMetadata {
  const { server, scope, before, anyLoopbackPort } = circumstances
  const application_type = metadata.application_type || applicationType(metadata)
  const method = methodFor({ ...metadata, application_type }, server, before)
  const granted = metadata.scope || union(before?.scope, registrable(scope, server))
  const redirects = anyLoopbackPort && before && sameButForPorts(metadata, before) ? before : metadata
  const { redirect_uris } = redirects
  return {
    ...metadata,
    ...(redirect_uris && { redirect_uris }),
    application_type,
    ...(method && { token_endpoint_auth_method: method }),
    // Between what is registered and what is asked for, the order says nothing.
    ...(granted && { scope: granted }),
  }
}

/** A server may refuse a whole registration for a scope that it does not list; users can be asked for it all the same. */
function registrable(
  scope: string | undefined,
  { scopes_supported: listed }: AuthorizationServerMetadata,
): string | undefined {
  return scope
    ?.split(' ')
    .filter((one) => listed?.includes(one) ?? true)
    .join(' ')
}

/**
 * `native` for what redirects to this machine or to an app (OpenID Connect Dynamic Client Registration 1.0
 * §2).
 */
function applicationType({ redirect_uris = [] }: ClientMetadata): 'native' | 'web' {
  const isWeb = (uri: unknown) => {
    const url = parse(`${uri}`)
    return url?.protocol === 'https:' && !isLoopback(url)
  }
  return Array.isArray(redirect_uris) && !redirect_uris.every(isWeb) ? 'native' : 'web'
}

function methodFor(
  { token_endpoint_auth_method: wanted, application_type }: ClientMetadata,
  { token_endpoint_auth_methods_supported: listed }: AuthorizationServerMetadata,
  before: ClientMetadata | undefined,
): string | undefined {
  // A server that names nothing may take anything; one that names some takes no other.
  if (wanted && (!listed || listed.includes(wanted))) return wanted
  const supported = listed ?? SUPPORTED_BY_DEFAULT
  const own: readonly string[] = METHODS[application_type === 'web' ? 'web' : 'native']
  const earlier = before?.token_endpoint_auth_method ?? ''
  if (own.includes(earlier) && supported.includes(earlier)) return earlier
  return own.find((method) => supported.includes(method)) ?? wanted
}

function sameButForPorts(
  { redirect_uris: now }: ClientMetadata,
  { redirect_uris: then }: ClientMetadata,
): boolean {
  if (!Array.isArray(now) || !Array.isArray(then)) return false
  const [a, b] = [now, then].map((uris) => JSON.stringify(uris.map(withoutLoopbackPort).sort()))
  return a === b
}

function withoutLoopbackPort(uri: unknown): string {
  const url = parse(`${uri}`)
  if (url?.protocol !== 'http:' || !isLoopback(url)) return `${uri}`
  url.port = ''
  return url.href
}
