import { isRecord, type JsonObject } from '../json.js'
import { SERVER_MEMBERS } from '../metadata/checking.js'
import { isPrivateKey } from '../metadata/private-key.js'
import type { FindingListener } from './document-finding.js'

/**
 * How the client can prove who it is. Anybody can read the document, so nothing in it is a secret, and a client has
 * either a key of its own or no proof at all.
 *
 * @see draft-ietf-oauth-client-id-metadata-document §4.1 and §8.2
 */
export function checkAuthentication(document: JsonObject, found: FindingListener): void {
  for (const member of Object.keys(document)) {
    if (SERVER_MEMBERS.has(member) && member !== 'client_id') {
      found.error(member, 'It must not be there: no server gave it, and anybody can read the document.')
    }
  }
  const { token_endpoint_auth_method: method, jwks, jwks_uri } = document
  if (method === undefined) {
    const message =
      'It must be there: left out, it is client_secret_basic, which needs a secret. Say "none" or "private_key_jwt".'
    found.error('token_endpoint_auth_method', message)
  } else if (`${method}`.startsWith('client_secret_')) {
    const message = 'It must not be based on a secret, as there is none: use "none" or "private_key_jwt".'
    found.error('token_endpoint_auth_method', message)
  } else if (method === 'private_key_jwt' && jwks === undefined && jwks_uri === undefined) {
    found.error('token_endpoint_auth_method', 'private_key_jwt needs a public key in jwks, or jwks_uri.')
  }
  if (jwks !== undefined && jwks_uri !== undefined)
    found.error('jwks_uri', 'jwks and jwks_uri exclude each other.')
  checkKeys(jwks, found)
}

function checkKeys(jwks: unknown, found: FindingListener): void {
  // That it is a key set has been looked at already.
  if (!isRecord(jwks) || !Array.isArray(jwks.keys)) return
  if (jwks.keys.length === 0) found.error('jwks', 'It must have at least one public key.')
  for (const [index, key] of jwks.keys.entries()) {
    if (isPrivateKey(key)) {
      const message =
        'It must be a public key. This one has private members: replace the key, if it was published.'
      found.error(`jwks.keys[${index}]`, message)
    }
  }
}
