import { type DcrError, OAuthError } from './errors.js'
import { type Call, openCall, type RequestOptions } from './http/call.js'
import { failure } from './http/failure.js'
import { request } from './http/request.js'
import { callableUrl } from './http/url.js'
import { isRecord } from './json.js'
import { printable } from './printable.js'
import { readMembers } from './reading.js'
import { authorizationServerMetadataGuards } from './schemas.js'
import type { AuthorizationServerMetadata } from './types.js'
import type { Warning } from './warnings.js'

/**
 * Milliseconds that a document in hand waits for one of higher precedence. Servers answer all their well-known
 * paths alike, so one that is silent this much longer is most likely not served at all.
 */
const GRACE = 2000

/**
 * Finds the metadata of an authorization server, in one round trip: every well-known path is asked at the same
 * time. The first valid document by precedence wins (RFC 8414, OpenID Connect with its path inserted, then
 * appended, then RFC 8414 with its path appended), but one that names a registration endpoint goes before one that does not. Nothing is cached.
 *
 * @param issuer - The issuer identifier, not the URL of a document.
 * @throws {DcrError} `issuer_mismatch` if a document names another issuer, `discovery_failed` if none was found.
 * @see RFC 8414 §3, OpenID Connect Discovery 1.0 §4
 * @example
 * const server = await discover('https://as.example.com')
 */
export async function discover(
  issuer: string | URL,
  options: RequestOptions = {},
): Promise<AuthorizationServerMetadata> {
  return found(issuer, openCall('discover', options))
}

/** The metadata of an issuer, within a call that is under way. */
export async function found(issuer: string | URL, call: Call): Promise<AuthorizationServerMetadata> {
  const url = checkedIssuer(issuer, call)
  const asked = issuer instanceof URL ? url.href.replace(/\/$/, '') : issuer

  const cancel = new AbortController()
  const abort = () => cancel.abort(call.signal?.reason)
  if (call.signal?.aborted) abort()
  call.signal?.addEventListener('abort', abort)
  const probeCall = { ...call, signal: cancel.signal }
  // Only what was odd about the document that wins is told.
  const told = new Map<AuthorizationServerMetadata, Warning[]>()
  const probes = wellKnown(url).map(async (candidate) => {
    const warnings: Warning[] = []
    const warn: Call['warn'] = (code, message, member = '') => void warnings.push({ code, message, member })
    const document = await probe(candidate, asked, { ...probeCall, warn })
    told.set(document, warnings)
    return document
  })
  try {
    const document = await firstByPrecedence(probes, call, cancel.signal)
    for (const { code, message, member } of told.get(document) ?? [])
      call.warn(code, message, member || undefined)
    return document
  } finally {
    call.signal?.removeEventListener('abort', abort)
    cancel.abort()
  }
}

function checkedIssuer(issuer: string | URL, call: Call): URL {
  const url = callableUrl(issuer, 'the issuer', call)
  // On the string: a parser has resolved dot segments already, and the issuer would be another one.
  if (url.search || /\/(\.|%2e){1,2}(\/|$)/i.test(`${issuer}`)) {
    throw failure(call, 'invalid_url', 'the issuer must not have a query or dot segments')
  }
  if (url.pathname.includes('/.well-known/')) {
    throw failure(
      call,
      'invalid_url',
      'the issuer must be the issuer identifier, not the URL of its metadata document',
    )
  }
  return url
}

/** In the order of precedence (RFC 8414 §3.1 and §5). */
function wellKnown({ origin, pathname }: URL): URL[] {
  const path = pathname.replace(/\/$/, '')
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    // In no specification, and what servers mounted below a path serve.
    `${origin}${path}/.well-known/oauth-authorization-server`,
  ]
  return [...new Set(urls)].map((text) => new URL(text))
}

async function probe(url: URL, asked: string, call: Call): Promise<AuthorizationServerMetadata> {
  const { json, details } = await request({ method: 'GET', url }, call)
  if (!isRecord(json) || typeof json.issuer !== 'string') {
    throw failure(call, 'invalid_response', 'answered with something that is not a metadata document', {
      ...details,
      outcome: 'rejected',
    })
  }
  const { issuer } = json
  if (issuer !== asked) {
    if (`${issuer}/` !== asked && issuer !== `${asked}/`) {
      const named = printable(issuer, 256)
      throw failure(call, 'issuer_mismatch', `names the issuer "${named}", not "${asked}"`, {
        ...details,
        outcome: 'rejected',
      })
    }
    call.warn(
      'issuer_trailing_slash',
      'The document names the issuer with, or without, a trailing slash.',
      'issuer',
    )
  }
  return readMembers(authorizationServerMetadataGuards, json, call) as AuthorizationServerMetadata
}

type Probed = AuthorizationServerMetadata | DcrError

/** All probes are under way; waiting for them in their order is choosing by precedence. */
async function firstByPrecedence(
  probes: Promise<AuthorizationServerMetadata>[],
  call: Call,
  signal: AbortSignal,
) {
  const settled = probes.map((probed) => probed.catch((error: DcrError) => error))
  const found: AuthorizationServerMetadata[] = []
  const failures: DcrError[] = []
  const late = lateness(settled, signal)
  for (const probed of settled) {
    const result = await Promise.race([probed, late])
    if (result === undefined) continue
    if (result instanceof Error) failures.push(result)
    else if (result.registration_endpoint) return result
    else found.push(result)
  }
  if (found[0]) return found[0]
  throw nothingFound(failures, call)
}

/** Resolves, to nothing, when a document that will do has been in hand for as long as we wait for a better one. */
async function lateness(settled: Promise<Probed>[], signal: AbortSignal): Promise<undefined> {
  await Promise.any(
    settled.map(async (probed) => {
      const result = await probed
      if (result instanceof Error || !result.registration_endpoint) throw result
    }),
  ).catch(() => new Promise(() => {}))
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GRACE)
    signal.addEventListener('abort', () => clearTimeout(timer))
  })
}

/** A mix-up is named before all else; what befell every candidate alike is what happened. */
function nothingFound(failures: DcrError[], call: Call): DcrError {
  const [first] = failures as [DcrError]
  const telling = failures.find(({ code }) => code === 'issuer_mismatch' || code === 'aborted')
  const alike = failures.every(({ code }) => code === first.code) && !(first instanceof OAuthError)
  if (telling || alike) return telling ?? first
  const places = failures.map((error) => `${error.endpoint}: ${(error as OAuthError).status ?? error.code}`)
  const what = `found no metadata of this issuer (${places.join('; ')})`
  return failure(call, 'discovery_failed', what, { outcome: 'rejected' })
}
