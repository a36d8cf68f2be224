import { found } from '../discovery.js'
import type { DcrError } from '../errors.js'
import { type Call, isOver } from '../http/call.js'
import { failure } from '../http/failure.js'
import { firstByPrecedence } from '../http/precedence.js'
import { callableUrl, showUrl } from '../http/url.js'
import { isUnset } from '../json.js'
import { printable } from '../printable.js'
import { isSameIssuer, withoutSlash } from '../registrar/entry.js'
import type { AuthorizationServerMetadata } from '../types.js'
import type { Wishes } from './options.js'

/** The issuers that a resource names, those first that the application knows. */
export function ranked(
  issuers: readonly string[],
  { preferred, preRegistered }: Wishes,
  current = '',
): string[] {
  const rank = (issuer: string) => {
    const plain = withoutSlash(issuer)
    const known = [plain === preferred, preRegistered.has(plain), plain === withoutSlash(current)]
    return known.includes(true) ? known.indexOf(true) : known.length
  }
  return [...issuers].sort((a, b) => rank(a) - rank(b))
}

/**
 * The first of several authorization servers at which a client can be had. All are asked at the same time, so
 * that dead ones hold up nobody for long.
 */
export async function firstUsable(
  issuers: readonly string[],
  isUsable: (server: AuthorizationServerMetadata) => boolean,
  inUse: AuthorizationServerMetadata | undefined,
  resource: URL,
  call: Call,
): Promise<AuthorizationServerMetadata> {
  const attempts = issuers.map((issuer) => async (own: Call) => {
    const server = await found(issuer, own, isUsable).catch((error: DcrError) => {
      // A client is not given up for a server that cannot be asked today.
      if (!inUse || !isSameIssuer(issuer, inUse.issuer) || LYING.has(error.code)) throw error
      return inUse
    })
    checkEndpoints(server, own)
    if (isUsable(server)) return server
    throw noWayIn(server, own)
  })
  const { best, failures } = await firstByPrecedence(call, attempts, () => true)
  if (best) return best
  const [first, ...others] = failures as readonly [DcrError, ...DcrError[]]
  const end = failures.find(isOver)
  if (end || others.length === 0) throw end ?? first
  const told = failures.map(({ code }, index) => `${printable(`${issuers[index]}`, LONGEST_ISSUER)}: ${code}`)
  throw failure(
    call,
    'discovery_failed',
    `none of the authorization servers of ${showUrl(resource)} can be used (${told.join('; ')})`,
    { outcome: 'rejected' },
  )
}

/** What is no outage, but says that another answers, or that nobody waits for it. */
const LYING = new Set(['issuer_mismatch', 'blocked_address', 'aborted', 'timeout'])

/** The endpoints that the application calls with what it was given here: a stranger names them. */
function checkEndpoints(server: AuthorizationServerMetadata, call: Call): void {
  for (const member of ['authorization_endpoint', 'token_endpoint'] as const) {
    if (!isUnset(server[member])) callableUrl(server[member], `the ${member} of ${server.issuer}`, call)
  }
}

/** Characters of an issuer that are told. */
const LONGEST_ISSUER = 256

export function noWayIn({ issuer }: AuthorizationServerMetadata, call: Call): DcrError {
  const server = printable(issuer, LONGEST_ISSUER)
  const what = `${server} takes neither registrations nor client ID metadata documents`
  const repair = `register a client there by hand, or ask the user for one, and pass it as options.preRegistered: { "${server}": { client_id } }`
  return failure(call, 'registration_not_supported', `${what}; ${repair}`, { outcome: 'rejected' })
}
