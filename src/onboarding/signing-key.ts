import { failure } from '../http/failure.js'
import { isRecord, type JsonObject } from '../json.js'

/** How WebCrypto calls what a key of this algorithm does (RFC 7518 §3.1, RFC 8037 §3.1). */
const RSA = (hash: number) => ({ name: 'RSASSA-PKCS1-v1_5', hash: `SHA-${hash}` })
const PSS = (hash: number) => ({ name: 'RSA-PSS', hash: `SHA-${hash}` })
const CURVE = (namedCurve: string) => ({ name: 'ECDSA', namedCurve })
const ED25519 = { name: 'Ed25519' }

/** A key of PKCS#8 is imported as what it is, and refused as all others. RSA signs with RS256, which every server takes. */
const TRIED = [RSA(256), CURVE('P-256'), CURVE('P-384'), CURVE('P-521'), ED25519]

/**
 * The private key in a text: a JSON Web Key, or PEM of PKCS#8. For `privateKeyJwt`.
 *
 * @throws {DcrError} `invalid_argument`: it is none, without anything of what stands there.
 * @see RFC 7517, RFC 5958
 */
export async function signingKeyIn(text: string): Promise<{ key: CryptoKey; kid?: string }> {
  const found = text.trimStart().startsWith('{') ? await jsonWebKey(text) : await pem(text)
  if (found) return found
  const what =
    'the key must be a private JSON Web Key, or PEM that begins with -----BEGIN PRIVATE KEY----- (PKCS#8), of RSA, ECDSA or Ed25519'
  throw failure({ operation: 'privateKeyJwt' }, 'invalid_argument', what)
}

async function jsonWebKey(text: string): Promise<{ key: CryptoKey; kid?: string } | undefined> {
  try {
    const given: unknown = JSON.parse(text)
    if (!isRecord(given)) return undefined
    // What it may be used for elsewhere does not matter here.
    const { key_ops: _, use: __, kid, ...members } = given
    const key = await crypto.subtle.importKey('jwk', members as JsonWebKey, algorithmOf(given), false, [
      'sign',
    ])
    return { key, ...(typeof kid === 'string' && { kid }) }
  } catch {
    // Its error may repeat what stands there.
    return undefined
  }
}

function algorithmOf({ kty, crv, alg }: JsonObject) {
  if (kty === 'EC') return CURVE(`${crv}`)
  if (kty === 'OKP') return ED25519
  const hash = Number(/\d+$/.exec(`${alg}`)?.[0] ?? 256)
  return `${alg}`.startsWith('PS') ? PSS(hash) : RSA(hash)
}

async function pem(text: string): Promise<{ key: CryptoKey } | undefined> {
  const base64 = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text)?.[1]
  if (base64 === undefined) return undefined
  for (const algorithm of TRIED) {
    try {
      const bytes = Uint8Array.from(atob(base64.replace(/\s/g, '')), (character) => character.charCodeAt(0))
      return { key: await crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']) }
    } catch {
      // It is another kind of key, or none.
    }
  }
  return undefined
}
