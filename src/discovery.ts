import { type DcrError, OAuthError } from './errors.js'
import { type Call, isOver, openCall } from './http/call.js'
import { failure } from './http/failure.js'
import type { RequestOptions } from './http/options.js'
import { firstByPrecedence } from './http/precedence.js'
import { request } from './http/request.js'
import { callableUrl } from './http/url.js'
import { isRecord } from './json.js'
import { readMembers } from './metadata/reading.js'
import { authorizationServerMetadataGuards } from './metadata/schemas.js'
import { printable } from './printable.js'
import type { AuthorizationServerMetadata } from './types.js'

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

/** The metadata of an issuer, within a call that is under way. A document that is enough goes before one that is not. */
export async function found(
  issuer: string | URL,
  call: Call,
  isEnough = canRegister,
): Promise<AuthorizationServerMetadata> {
  const url = checkedIssuer(issuer, call)
  const asked = issuer instanceof URL ? url.href.replace(/\/$/, '') : issuer

  const attempts = wellKnown(url).map((candidate) => (own: Call) => probe(candidate, asked, own))
  const { best, failures } = await firstByPrecedence(call, attempts, isEnough)
  if (best) return best
  throw nothingFound(failures, call)
}

function canRegister({ registration_endpoint }: AuthorizationServerMetadata): boolean {
  return registration_endpoint !== undefined && registration_endpoint !== ''
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
export function wellKnown({ origin, pathname }: URL): URL[] {
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
    if (issuer.replace(/\/$/, '') !== asked.replace(/\/$/, '')) {
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

/** A mix-up is named before all else; what befell every candidate alike is what happened. */
function nothingFound(failures: readonly DcrError[], call: Call): DcrError {
  const [first] = failures as readonly [DcrError]
  const telling = failures.find((error) => error.code === 'issuer_mismatch' || isOver(error))
  const alike = failures.every(({ code }) => code === first.code) && !(first instanceof OAuthError)
  if (telling || alike) return telling ?? first
  const places = failures.map((error) => `${error.endpoint}: ${(error as OAuthError).status ?? error.code}`)
  const what = `found no metadata of this issuer (${places.join('; ')})`
  return failure(call, 'discovery_failed', what, { outcome: 'rejected' })
}
