import type * as generated from './openapi.gen.js'

export type {
  AuthorizationServerMetadata,
  ErrorResponse,
  JsonWebKey,
  JsonWebKeySet,
  TokenResponse,
} from './openapi.gen.js'

/**
 * What proves that a client may be read, updated and deleted.
 *
 * - `registration_access_token`: the client's own token, as RFC 7592 §2 has it.
 * - `client_secret`: the client's own identifier and secret, in the `Authorization` header for a client
 *   registered with `client_secret_basic`, in the query of the URL for one with `client_secret_post`.
 * - `initial_access_token`: the token that registers, as administrators of Okta, WSO2 or Connect2id do.
 */
export type ManageWith = 'registration_access_token' | 'client_secret' | 'initial_access_token'

/** Members for people, which may stand once per language: `client_name#ja-Jpan-JP` (RFC 7591 §2.2). */
export type LocalizedMember = 'client_name' | 'client_uri' | 'logo_uri' | 'tos_uri' | 'policy_uri'

/** The language-tagged variants; a tag is a BCP 47 language tag. */
export type LocalizedMembers = { [member in `${LocalizedMember}#${string}`]?: string }

/**
 * What a client asks to be registered with. A member that is neither in a specification nor in `Extension` is a
 * compile error, so that a slip of the pen is seen.
 *
 * @typeParam Extension - Members of your server that no specification has.
 */
export type ClientMetadata<Extension extends object = object> = generated.ClientMetadata &
  LocalizedMembers &
  Extension

/** Changes to a registration: a member replaces, `null` removes, what is absent stays. */
export type ClientMetadataChanges<Extension extends object = object> = {
  [member in keyof ClientMetadata<Extension>]?: ClientMetadata<Extension>[member] | null
}

/**
 * What a server answered about a client. It holds the credentials in clear: keep it where secrets are kept.
 * Unknown members are there as the server sent them.
 *
 * @typeParam Extension - Members of your server that no specification has; typed, not checked.
 */
export type ClientInformation<Extension extends object = object> = generated.ClientInformation &
  LocalizedMembers &
  Partial<Extension>
