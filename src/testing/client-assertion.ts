import { decodeBase64url } from './base64url.js'
import type { ServerContext } from './dialect.js'
import { type KnownClient, secretMatches } from './known-client.js'
import type { KeySet } from './options.js'
import { invalidClient, invalidRequest } from './refusal.js'
import { hasValidSignature } from './signature.js'

/** Seconds the client's clock may be off: oidc-provider's tolerance. */
const CLOCK_TOLERANCE = 15

/** The `sub` of a client assertion, before anything of it is believed. */
export function assertedClientId(assertion: string): string {
  const claims = decodePart(assertion, 1)
  if (!claims) throw invalidRequest('invalid client_assertion format')
  if (typeof claims.sub !== 'string' || !claims.sub) throw invalidClient(false)
  return claims.sub
}

/** RFC 7523 section 3: signature, issuer, audience, expiry, and each `jti` once. */
export async function verifyAssertion(
  server: ServerContext,
  client: KnownClient,
  assertion: string,
): Promise<boolean> {
  const header = decodePart(assertion, 0)
  const claims = decodePart(assertion, 1)
  if (!header || !claims || typeof header.alg !== 'string') return false
  if (!algorithmAllowed(server, client, header.alg)) return false
  if (!claimsHold(server, client, claims)) return false
  if (!(await signatureHolds(server, client, header, assertion))) return false

  const use = JSON.stringify([claims.iss, claims.jti])
  if (server.state.usedAssertions.has(use)) return false
  server.state.usedAssertions.add(use)
  return true
}

function algorithmAllowed({ settings }: ServerContext, client: KnownClient, alg: string): boolean {
  const registered = client.token_endpoint_auth_signing_alg
  if (registered !== undefined) return alg === registered
  const supported = settings.metadata.token_endpoint_auth_signing_alg_values_supported
  return !Array.isArray(supported) || supported.includes(alg)
}

function claimsHold({ settings }: ServerContext, client: KnownClient, claims: Claims): boolean {
  const { iss, aud, exp, nbf, jti } = claims
  const now = settings.now() / 1000
  const audiences = [settings.issuer, settings.endpoints.token]
  return (
    iss === client.client_id &&
    [aud].flat().some((audience) => audiences.includes(audience as string)) &&
    typeof exp === 'number' &&
    now - CLOCK_TOLERANCE < exp &&
    (nbf === undefined || (typeof nbf === 'number' && nbf <= now + CLOCK_TOLERANCE)) &&
    typeof jti === 'string' &&
    jti !== ''
  )
}

async function signatureHolds(
  server: ServerContext,
  client: KnownClient,
  header: Claims,
  assertion: string,
): Promise<boolean> {
  const secret = client.client_secret
  if (client.token_endpoint_auth_method === 'client_secret_jwt') {
    if (secret === undefined || !secretMatches(server, client, secret)) return false
    const k = new TextEncoder().encode(secret)
    return hasValidSignature(assertion, { alg: String(header.alg) }, k)
  }
  const keys = client.jwks ?? (await fetchKeys(client.jwks_uri))
  for (const key of keys?.keys ?? []) {
    if (await hasValidSignature(assertion, { alg: String(header.alg), kid: header.kid }, key)) return true
  }
  return false
}

/** Through the global `fetch`, so that whoever tests with a `jwks_uri` mocks it. */
async function fetchKeys(url: string | undefined): Promise<KeySet | undefined> {
  if (url === undefined) return undefined
  try {
    const response = await fetch(url, { headers: { accept: 'application/json' } })
    const keys: unknown = response.ok ? await response.json() : undefined
    return keys && Array.isArray((keys as KeySet).keys) ? (keys as KeySet) : undefined
  } catch {
    return undefined
  }
}

type Claims = Readonly<Record<string, unknown>>

function decodePart(token: string, index: 0 | 1): Claims | undefined {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(decodeBase64url(parts[index] ?? '')))
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined
  } catch {
    return undefined
  }
}
