import type { ClientInformation, ClientMetadata } from '../types.js'
import {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
} from './client-authentication.js'

type Literal<Text> = Text extends string ? (string extends Text ? never : Text) : never

/** The names of the registry: those that openapi/dcr.yaml has. */
export type RegisteredMethod = Literal<ClientMetadata['token_endpoint_auth_method']>

/**
 * What a client proves itself with. A name that the registry gets must be added here before anything compiles.
 *
 * @see RFC 7591 §2, OpenID Connect Core 1.0 §9, RFC 8705 §2
 */
export const PROOFS = {
  none: 'nothing',
  client_secret_basic: 'secret',
  client_secret_post: 'secret',
  client_secret_jwt: 'secret',
  private_key_jwt: 'key',
  tls_client_auth: 'certificate',
  self_signed_tls_client_auth: 'certificate',
} as const satisfies Record<RegisteredMethod, 'nothing' | 'secret' | 'key' | 'certificate'>

/** The methods by one kind of proof. */
export type MethodBy<Proof> = {
  [Method in RegisteredMethod]: (typeof PROOFS)[Method] extends Proof ? Method : never
}[RegisteredMethod]

/** The one that needs a key, which client information does not have. */
export const KEY_METHOD: MethodBy<'key'> = 'private_key_jwt'

const BY_SECRET: Readonly<Record<MethodBy<'secret'>, (client: ClientInformation) => ClientAuthentication>> = {
  client_secret_basic: (client) => clientSecretBasic(client),
  client_secret_post: (client) => clientSecretPost(client),
  client_secret_jwt: (client) => clientSecretJwt(client, algorithmOf(client)),
}

/** The methods that need nothing but what was registered, in the order in which they are told. */
export const SECRET_METHODS = Object.keys(BY_SECRET) as MethodBy<'secret'>[]

export function isSecretMethod(method: string): method is MethodBy<'secret'> {
  return Object.hasOwn(BY_SECRET, method)
}

/**
 * A client that proves itself by its secret, as it was registered.
 *
 * @throws {DcrError} `invalid_argument`: it has none, or one with control characters.
 */
export function bySecret(method: MethodBy<'secret'>, client: ClientInformation): ClientAuthentication {
  return BY_SECRET[method](client)
}

function algorithmOf({ token_endpoint_auth_signing_alg: algorithm }: ClientInformation) {
  return algorithm === 'HS384' || algorithm === 'HS512' ? ({ algorithm } as const) : {}
}
