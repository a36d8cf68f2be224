import { failure } from '../http/failure.js'
import { formEncoded } from '../http/url.js'
import { hasControlCharacter } from '../printable.js'
import type { AuthorizationServerMetadata } from '../types.js'
import { type AssertionKey, base64, clientAssertion, hmacKey, signingKey } from './client-assertion.js'

/**
 * How a client proves who it is at the token endpoint (RFC 6749 §2.3): adds what it needs to the form, or
 * returns the value of the `Authorization` header. One of the five functions below makes it.
 */
export type ClientAuthentication = (
  server: AuthorizationServerMetadata,
  form: URLSearchParams,
) => string | undefined | Promise<string | undefined>

/** The members of a client information that client authentication reads. */
export interface ClientCredentials {
  client_id: string
  client_secret?: string | undefined
}

/**
 * `none`: a public client, which only names itself.
 *
 * @see RFC 7591 §2
 */
export function none(client: Pick<ClientCredentials, 'client_id'>): ClientAuthentication {
  const client_id = credential(client, 'client_id')
  return (_server, form) => {
    form.set('client_id', client_id)
    return undefined
  }
}

/** How {@link clientSecretBasic} writes identifier and secret. */
export interface ClientSecretBasicOptions {
  /**
   * `form`, the default, is what the specification asks for. `raw` is for servers that do not decode, such as
   * SimpleIdServer; there the identifier must not have a colon.
   */
  encoding?: 'form' | 'raw'
}

/**
 * `client_secret_basic`: identifier and secret in the `Authorization` header, each form-encoded first.
 *
 * @throws {DcrError} `invalid_argument` if either is missing or has control characters.
 * @see RFC 6749 §2.3.1 and Appendix B
 */
export function clientSecretBasic(
  client: ClientCredentials,
  { encoding = 'form' }: ClientSecretBasicOptions = {},
): ClientAuthentication {
  const value = basicCredentials(client, encoding)
  const authentication = () => value
  secrets.set(authentication, client.client_secret ?? '')
  return authentication
}

/** The secrets that are no longer to be seen in what is sent, for what must not be shown if a server repeats it. */
const secrets = new WeakMap<ClientAuthentication, string>()

export function secretOf(authentication: ClientAuthentication): string {
  return secrets.get(authentication) ?? ''
}

export function basicCredentials(client: ClientCredentials, encoding: 'form' | 'raw' = 'form'): string {
  const client_id = credential(client, 'client_id')
  const client_secret = credential(client, 'client_secret')
  if (encoding === 'raw' && client_id.includes(':')) {
    throw failure(
      { operation: 'clientSecretBasic' },
      'invalid_argument',
      'a client_id with a colon needs the encoding "form"',
    )
  }
  const write = encoding === 'raw' ? (text: string) => text : formEncoded
  return `Basic ${base64(new TextEncoder().encode(`${write(client_id)}:${write(client_secret)}`))}`
}

/**
 * `client_secret_post`: identifier and secret in the form.
 *
 * @throws {DcrError} `invalid_argument` if either is missing or has control characters.
 * @see RFC 6749 §2.3.1
 */
export function clientSecretPost(client: ClientCredentials): ClientAuthentication {
  const client_id = credential(client, 'client_id')
  const client_secret = credential(client, 'client_secret')
  return (_server, form) => {
    form.set('client_id', client_id)
    form.set('client_secret', client_secret)
    return undefined
  }
}

/** What {@link clientSecretJwt} and {@link privateKeyJwt} can vary. */
export interface ClientAssertionOptions {
  /** The `aud` claim. Default: the issuer; some servers want the URL of their token endpoint. */
  audience?: string
}

/**
 * `client_secret_jwt`: a short-lived JWT signed with the secret.
 *
 * @throws {DcrError} `invalid_argument` if identifier or secret is missing or has control characters.
 * @see OpenID Connect Core 1.0 §9, RFC 7523 §2.2
 */
export function clientSecretJwt(
  client: ClientCredentials,
  {
    algorithm = 'HS256',
    ...options
  }: ClientAssertionOptions & { algorithm?: 'HS256' | 'HS384' | 'HS512' } = {},
): ClientAuthentication {
  const client_id = credential(client, 'client_id')
  return assertion(client_id, hmacKey(credential(client, 'client_secret'), algorithm), options)
}

/**
 * `private_key_jwt`: a short-lived JWT signed with a private key whose public part the client registered in
 * `jwks` or behind `jwks_uri`. RSA (PKCS#1 v1.5 and PSS), ECDSA and Ed25519 keys of WebCrypto will do.
 *
 * @param key - A private `CryptoKey` that may sign, or that and the `kid` the server knows it by.
 * @throws {DcrError} `invalid_argument` if the identifier or key cannot be used.
 * @see OpenID Connect Core 1.0 §9, RFC 7523 §2.2
 */
export function privateKeyJwt(
  client: Pick<ClientCredentials, 'client_id'>,
  key: CryptoKey | { key: CryptoKey; kid?: string },
  options: ClientAssertionOptions = {},
): ClientAuthentication {
  const client_id = credential(client, 'client_id')
  return assertion(client_id, signingKey(key), options)
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

function assertion(
  client_id: string,
  key: AssertionKey,
  { audience }: ClientAssertionOptions,
): ClientAuthentication {
  return async (server, form) => {
    form.set('client_id', client_id)
    form.set('client_assertion_type', ASSERTION_TYPE)
    form.set('client_assertion', await clientAssertion(client_id, audience ?? server.issuer, key))
    return undefined
  }
}

/** A header or form could be forged through a line break in either of them. */
function credential(client: ClientCredentials, member: 'client_id' | 'client_secret'): string {
  const value = client?.[member]
  if (typeof value !== 'string' || value === '' || hasControlCharacter(value)) {
    throw failure(
      { operation: 'client authentication' },
      'invalid_argument',
      `${member} must be a non-empty string without control characters`,
    )
  }
  return value
}
