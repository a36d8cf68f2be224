import { describe, expect, test } from 'vitest'
import {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  privateKeyJwt,
} from '../../src/index.js'
import type { Connection } from './connection.js'

// oidc-provider takes basic for post and post for basic; test/testing holds the stricter fake to its word.
const secretBased = [
  ['client_secret_basic', clientSecretBasic, clientSecretJwt],
  ['client_secret_post', clientSecretPost, clientSecretJwt],
  ['client_secret_jwt', clientSecretJwt, clientSecretPost],
] as const

const rsa = { hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
const algorithms = [
  ['RS256', { name: 'RSASSA-PKCS1-v1_5', ...rsa }],
  ['PS256', { name: 'RSA-PSS', ...rsa }],
  ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
  ['EdDSA', { name: 'Ed25519' }],
] as const

/** That a machine client can prove who it is with what it registered. */
export function authentication(connection: Connection): void {
  const { kinds, machine, methods, tokenRefusal, wrongSecretStatus } = connection.setUp
  if (!kinds.includes('machine')) return

  async function accepted(proof: ClientAuthentication): Promise<void> {
    if (tokenRefusal) {
      const refused = await connection.failure(connection.tokenFor(proof))
      expect(refused).toMatchObject({ status: 400, error: tokenRefusal })
    } else expect((await connection.tokenFor(proof)).access_token).not.toBe('')
  }

  async function refused(proof: ClientAuthentication, status = 401): Promise<void> {
    const refused = await connection.failure(connection.tokenFor(proof))
    expect(refused).toMatchObject({ status, error: 'invalid_client' })
  }

  describe('client authentication of a registered client', () => {
    for (const [method, right, wrong] of secretBased) {
      if (!methods.includes(method)) continue
      test(`${method} works where it is registered, a wrong secret does not, nor another method`, {
        meta: { shows: [method] },
      }, async () => {
        const client = await connection.dcr.register({ ...machine, token_endpoint_auth_method: method })
        await accepted(right(client))
        const mistaken = right({ ...client, client_secret: 'not-this-one-but-as-long-as-one-of-them' })
        await refused(mistaken, wrongSecretStatus[method])
        if (methods.includes('client_secret_jwt')) await refused(wrong(client))
      })
    }

    for (const [alg, algorithm] of algorithms) {
      if (!methods.includes('private_key_jwt')) continue
      test(`private_key_jwt with ${alg}`, { meta: { shows: ['private_key_jwt'] } }, async () => {
        const { publicKey, privateKey } = (await crypto.subtle.generateKey(algorithm, true, [
          'sign',
          'verify',
        ])) as CryptoKeyPair
        const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'k1', alg }
        const client = await connection.dcr.register({
          ...machine,
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: alg,
          jwks: { keys: [jwk] },
        })
        expect(client.client_secret).toBeUndefined()
        await accepted(privateKeyJwt(client, { key: privateKey, kid: 'k1' }))
      })
    }
  })
}
