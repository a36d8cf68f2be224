import type { DcrError } from '../errors.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { headOf } from '../http/head.js'
import { firstByPrecedence, grace, noting, tell } from '../http/precedence.js'
import { request } from '../http/request.js'
import { callableUrl, parse, showUrl } from '../http/url.js'
import { isRecord } from '../json.js'
import { printable } from '../printable.js'
import { withoutSlash } from '../registrar/entry.js'
import type { Warning } from '../warnings.js'
import { bearerChallenge, type Challenge } from './challenge.js'
import { union } from './scope.js'

/** What is known of a protected resource. */
export interface Resource {
  /** Its identifier, for the parameter `resource` (RFC 8707 §2). */
  readonly identifier: string
  /** The issuers of the authorization servers it names, or its own origin where it names none. */
  readonly authorizationServers: readonly string[]
  /** The scopes that the challenge asks for. */
  readonly challengedScope?: string | undefined
  /** The scopes that the metadata name. */
  readonly supportedScope?: string | undefined
}

/** What a document says. */
interface Document {
  readonly identifier: string
  readonly isAbove: boolean
  readonly servers: readonly string[]
  readonly scopes: readonly string[]
  readonly warnings: readonly Warning[]
}

/** As many as are asked: a resource has one or two, and each is asked at four places. */
export const MOST_SERVERS = 8

/** Characters of a server's own that are told. */
const LONGEST_TOLD = 256

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/**
 * Finds the metadata of a resource in one round trip, as the challenge and the well-known places are asked at
 * the same time; in two if the challenge names another place. The one that the challenge names goes before
 * the others.
 *
 * @param challenge - A `WWW-Authenticate` header in hand: the resource itself is not asked then.
 * @see RFC 9728 §3, §5
 */
export async function findResource(
  resource: URL,
  challenge: string | undefined,
  prefer: (issuers: readonly string[]) => string[],
  call: Call,
): Promise<Resource | undefined> {
  const asked = new Map<string, Promise<Document>>()
  // A challenge names one of the well-known places most often.
  const ask = (url: URL, own: Call) => {
    const known = asked.get(url.href) ?? documentAt(url, resource, own)
    asked.set(url.href, known)
    return known
  }
  let challengedScope: string | undefined
  const named = async (own: Call) => {
    const header = challenge ?? (await headOf(resource, own)).headers.get('www-authenticate') ?? ''
    const { resource_metadata, scope }: Challenge = bearerChallenge(header) ?? {}
    challengedScope = scope
    if (resource_metadata !== undefined)
      return ask(callableUrl(resource_metadata, 'the resource_metadata of the challenge', own), own)
    const what = `is not told of by a challenge of ${showUrl(resource)}`
    throw failure(own, 'discovery_failed', `the metadata of the resource ${what}`, { outcome: 'rejected' })
  }
  // What a challenge in hand names is to be gone by (MCP): elsewhere is asked if that fails, or says nothing for long.
  const isTold = bearerChallenge(challenge ?? '')?.resource_metadata !== undefined
  let fails = () => {}
  const failed = new Promise<void>((resolve) => {
    fails = resolve
  })
  const first = (own: Call) =>
    named(own).catch((error) => {
      fails()
      throw error
    })
  const places = wellKnown(resource).map((url) => async (own: Call) => {
    if (isTold) await Promise.race([failed, grace(own.signal)])
    return ask(url, own)
  })
  const { best, failures } = await firstByPrecedence(call, [first, ...places], () => true)
  if (!best) return refuseOutage(failures)
  const { identifier, isAbove, servers, scopes, warnings } = best
  tell(warnings, call)
  if (isAbove) {
    call.warn('resource_differs', 'The metadata are about a resource above the one asked for.', 'resource')
  }
  if (servers.length > MOST_SERVERS) {
    const what = `Of the authorization servers the first ${MOST_SERVERS} are asked.`
    call.warn('ignored_member', what, 'authorization_servers')
  }
  return {
    identifier,
    // Without any it has one at its own origin, as in the first revisions of MCP.
    authorizationServers: servers.length > 0 ? prefer(servers).slice(0, MOST_SERVERS) : [resource.origin],
    challengedScope,
    supportedScope: union(...scopes),
  }
}

/** In the order of precedence (MCP, "Protected Resource Metadata Discovery Requirements"). */
export function wellKnown({ origin, pathname, search }: URL): URL[] {
  const places = [`${origin}${WELL_KNOWN}${pathname.replace(/\/$/, '')}${search}`, `${origin}${WELL_KNOWN}`]
  return [...new Set(places)].map((text) => new URL(text))
}

async function documentAt(url: URL, resource: URL, call: Call): Promise<Document> {
  const { call: own, warnings } = noting(call)
  const { json, details } = await request({ method: 'GET', url }, own)
  const refuse = (code: 'invalid_response' | 'resource_mismatch', what: string) =>
    failure(call, code, what, { ...details, outcome: 'rejected' })
  if (!isRecord(json) || typeof json.resource !== 'string') {
    throw refuse('invalid_response', 'answered with something that is not the metadata of a resource')
  }
  const { resource: named, authorization_servers, scopes_supported } = json
  const match = matchOf(named, resource)
  // Who owns what is above says so where the owner of the origin publishes, and not where what is below it points to.
  const isOwners = url.origin === resource.origin && url.pathname.startsWith(WELL_KNOWN)
  if (match === 'none' || (match === 'above' && !isOwners)) {
    const shown = printable(named, LONGEST_TOLD)
    throw refuse('resource_mismatch', `is about the resource "${shown}", not about ${showUrl(resource)}`)
  }
  const servers = [...new Set(texts(authorization_servers))]
  const isAbove = match === 'above'
  return { identifier: named, isAbove, servers, scopes: texts(scopes_supported), warnings }
}

/**
 * Whether metadata are about the resource. The specification wants the very URL (RFC 9728 §3.3); many servers
 * have one document for all that is below a path of theirs, and who owns what is above owns the resource.
 */
export function matchOf(identifier: string, resource: URL): 'exact' | 'above' | 'none' {
  const named = parse(identifier)
  // It is handed on as it is written: who compares it as text is to see what was meant.
  const isPlain = named !== undefined && withoutSlash(named.href) === withoutSlash(identifier)
  if (!isPlain || named.origin !== resource.origin || named.username || named.hash) return 'none'
  const above = named.pathname.replace(/\/$/, '')
  const below = resource.pathname.replace(/\/$/, '')
  if (above === below && named.search === resource.search) return 'exact'
  return named.search === '' && `${below}/`.startsWith(`${above}/`) ? 'above' : 'none'
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string' && item !== '') : []
}

/** Whether a later answer may be another. */
export function isOutage({ code }: DcrError): boolean {
  return /^(network_error|timeout|server_error|rate_limited)$/.test(code)
}

/** What is told as it is, since it may be an attack, or is the caller's own doing. */
const TELLING = new Set(['resource_mismatch', 'insecure_url', 'invalid_url', 'blocked_address', 'aborted'])

/** Who has no metadata says so; of one that fails, nobody knows, and what was refused is told. */
function refuseOutage(failures: readonly DcrError[]): undefined {
  const telling = failures.find(({ code }) => TELLING.has(code)) ?? failures.find(isOutage)
  if (telling) throw telling
}

/** A resource of the first revisions of MCP has no metadata, and its authorization server at its own origin. */
export function withoutMetadata({ href, origin }: URL, call: Call): Resource {
  call.warn('no_resource_metadata', 'The resource has no metadata: its origin is taken for its issuer.')
  return { identifier: href, authorizationServers: [origin] }
}
