import { failure } from '../http/failure.js'

/** A key, and how JOSE and WebCrypto call what it does. */
export interface AssertionKey {
  readonly alg: string
  readonly kid?: string | undefined
  readonly key: CryptoKey | Promise<CryptoKey>
  readonly algorithm: AlgorithmIdentifier | RsaPssParams | EcdsaParams
}

/** Seconds an assertion lives: it is used at once, and a minute covers clocks that disagree a little. */
const LIFETIME = 60

/** A client assertion for one request (RFC 7523 §3, OpenID Connect Core 1.0 §9). */
export async function clientAssertion(
  client_id: string,
  audience: string,
  { alg, kid, key, algorithm }: AssertionKey,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: client_id,
    sub: client_id,
    aud: audience,
    jti: crypto.randomUUID(),
    iat: now,
    nbf: now,
    exp: now + LIFETIME,
  }
  const signed = `${encode({ alg, kid, typ: 'JWT' })}.${encode(claims)}`
  const signature = await crypto.subtle.sign(algorithm, await key, new TextEncoder().encode(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}

export function hmacKey(secret: string, alg: 'HS256' | 'HS384' | 'HS512'): AssertionKey {
  const algorithm = { name: 'HMAC', hash: `SHA-${alg.slice(2)}` }
  const key = crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign'])
  return { alg, key, algorithm: 'HMAC' }
}

export function signingKey(given: CryptoKey | { key: CryptoKey; kid?: string }): AssertionKey {
  const { key = given as CryptoKey, kid } = Object(given) as { key?: CryptoKey; kid?: string }
  const { name, hash, namedCurve } = Object(key?.algorithm) as RsaHashedKeyAlgorithm & EcKeyAlgorithm
  const bits = hash?.name.slice(4)
  const curve: string | undefined = { 'P-256': '256', 'P-384': '384', 'P-521': '512' }[namedCurve]
  if (key?.type === 'private' && key.usages.includes('sign')) {
    if (name === 'RSASSA-PKCS1-v1_5') return { alg: `RS${bits}`, kid, key, algorithm: name }
    if (name === 'RSA-PSS')
      return { alg: `PS${bits}`, kid, key, algorithm: { name, saltLength: Number(bits) / 8 } }
    if (name === 'ECDSA' && curve)
      return { alg: `ES${curve}`, kid, key, algorithm: { name, hash: `SHA-${curve}` } }
    if (name === 'Ed25519') return { alg: 'EdDSA', kid, key, algorithm: name }
  }
  throw failure(
    { operation: 'privateKeyJwt' },
    'invalid_argument',
    'the key must be a private RSA, ECDSA or Ed25519 CryptoKey with the usage "sign"',
  )
}

function encode(value: unknown): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)))
}

function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
