import { decodeBase64url } from './base64url.js'

interface Algorithm {
  readonly kty: 'oct' | 'RSA' | 'EC' | 'OKP'
  readonly crv?: string
  readonly key: HmacImportParams | RsaHashedImportParams | EcKeyImportParams | { name: string }
  readonly verify: RsaPssParams | EcdsaParams | { name: string }
}

/** RFC 7518 section 3.1 and RFC 8037 / RFC 9864 for Ed25519. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  HS256: hmac('SHA-256'),
  HS384: hmac('SHA-384'),
  HS512: hmac('SHA-512'),
  RS256: rsa('SHA-256'),
  RS384: rsa('SHA-384'),
  RS512: rsa('SHA-512'),
  PS256: rsaPss('SHA-256', 32),
  PS384: rsaPss('SHA-384', 48),
  PS512: rsaPss('SHA-512', 64),
  ES256: ecdsa('SHA-256', 'P-256'),
  ES384: ecdsa('SHA-384', 'P-384'),
  ES512: ecdsa('SHA-512', 'P-521'),
  Ed25519: ed25519(),
  EdDSA: ed25519(),
}

/** Whether the compact JWS was signed with this key: a JWK, or the bytes of a shared secret. */
export async function hasValidSignature(
  jws: string,
  header: { readonly alg: string; readonly kid?: unknown },
  key: object,
): Promise<boolean> {
  const algorithm = ALGORITHMS[header.alg]
  const end = jws.lastIndexOf('.')
  if (!algorithm || end < 0) return false
  try {
    const cryptoKey = await importKey(algorithm, header, key)
    const signature = decodeBase64url(jws.slice(end + 1))
    const signed = new TextEncoder().encode(jws.slice(0, end))
    return cryptoKey !== undefined && crypto.subtle.verify(algorithm.verify, cryptoKey, signature, signed)
  } catch {
    return false
  }
}

async function importKey(
  algorithm: Algorithm,
  header: { readonly alg: string; readonly kid?: unknown },
  key: object,
): Promise<CryptoKey | undefined> {
  if (key instanceof Uint8Array) {
    if (algorithm.kty !== 'oct') return undefined
    return crypto.subtle.importKey('raw', new Uint8Array(key), algorithm.key, false, ['verify'])
  }
  const { kty, crv, x, y, n, e, kid, alg, use } = key as JsonWebKey & { kid?: unknown }
  const fits =
    kty === algorithm.kty &&
    kty !== 'oct' &&
    (algorithm.crv === undefined || crv === algorithm.crv) &&
    (header.kid === undefined || header.kid === kid) &&
    (alg === undefined || alg === header.alg) &&
    (use === undefined || use === 'sig')
  if (!fits) return undefined
  // The public members only: a private key is not for verifying, and `key_ops` may speak of signing.
  const members = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined)
  return crypto.subtle.importKey('jwk', Object.fromEntries(members), algorithm.key, false, ['verify'])
}

function hmac(hash: string): Algorithm {
  return { kty: 'oct', key: { name: 'HMAC', hash }, verify: { name: 'HMAC' } }
}

function rsa(hash: string): Algorithm {
  const name = 'RSASSA-PKCS1-v1_5'
  return { kty: 'RSA', key: { name, hash }, verify: { name } }
}

function rsaPss(hash: string, saltLength: number): Algorithm {
  const name = 'RSA-PSS'
  return { kty: 'RSA', key: { name, hash }, verify: { name, saltLength } }
}

function ecdsa(hash: string, namedCurve: string): Algorithm {
  const name = 'ECDSA'
  return { kty: 'EC', crv: namedCurve, key: { name, namedCurve }, verify: { name, hash } }
}

function ed25519(): Algorithm {
  const name = 'Ed25519'
  return { kty: 'OKP', crv: 'Ed25519', key: { name }, verify: { name } }
}
