import type { DcrClientOptions } from '../client/client.js'

/**
 * What an authorization server says about itself. The members that are required here are those a server for the
 * authorization code grant must have; a document is not refused for want of them.
 *
 * @see RFC 8414 §2
 */
export interface AuthorizationServerMetadata {
  /** The URL that identifies the server. */
  issuer: string
  /** The URL to which a user is sent to authorize the client. */
  authorization_endpoint: string
  /** The URL that exchanges a code for an access token. */
  token_endpoint: string
  /** The URL at which a client registers itself; absent if the server does not offer that. */
  registration_endpoint?: string
  /** The URL that revokes tokens. */
  revocation_endpoint?: string
  /** The URL that returns claims about a user (OpenID Connect). */
  userinfo_endpoint?: string
  /** The URL of the server's public keys. */
  jwks_uri?: string
  /** The response types the authorization endpoint knows. */
  response_types_supported: string[]
  /** The grants the server knows. */
  grant_types_supported?: string[]
  /** The scopes the server tells of, which need not be all it has. */
  scopes_supported?: string[]
  /** The ways in which a client may authenticate at the token endpoint. */
  token_endpoint_auth_methods_supported?: string[]
  /** The PKCE methods the server knows, such as `S256`. */
  code_challenge_methods_supported?: string[]
  /** What else the server says. */
  [member: string]: unknown
}

/** What a registration says of a client, asked for and answered alike. */
interface Registration {
  /** The grants the client uses. */
  grant_types?: string[]
  /** The response types the client asks for. */
  response_types?: string[]
  /** The name that users see. */
  client_name?: string
  /** The URL of a page about the client. */
  client_uri?: string
  /** The URL of an image that stands for the client. */
  logo_uri?: string
  /** The scopes the client may ask for, separated by spaces; a server may register fewer than were asked for. */
  scope?: string
  /** Ways to reach the people responsible, usually e-mail addresses. */
  contacts?: string[]
  /** The URL of the terms of service. */
  tos_uri?: string
  /** The URL of a page that says what becomes of users' data. */
  policy_uri?: string
  /** The URL of the client's public keys; never together with `jwks`. */
  jwks_uri?: string
  /** The client's public keys; never together with `jwks_uri`. */
  jwks?: { keys: unknown[] }
  /** What identifies the software, the same for all of its instances. */
  software_id?: string
  /** The version of the software. */
  software_version?: string
}

/**
 * What a client asks to be registered with.
 *
 * @see RFC 7591 §2
 */
export interface ClientRegistrationRequest extends Registration {
  /** Where the server may send a user back to. */
  redirect_uris: string[]
  /** How the client authenticates at the token endpoint; `none` is a public client, which uses PKCE. */
  token_endpoint_auth_method?: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
  /** A signed JWT in which a third party vouches for the metadata. */
  software_statement?: string
  /** Other members, such as `application_type`. */
  [member: string]: unknown
}

/**
 * What a server answers about a client. It holds the credentials in clear.
 *
 * @see RFC 7591 §3.2.1
 */
export interface ClientRegistrationResponse extends Registration {
  /** The identifier under which the server knows the client. */
  client_id: string
  /** The secret of a confidential client. */
  client_secret?: string
  /** When the client was registered, in seconds since 1970. */
  client_id_issued_at?: number
  /** From when on the secret is refused, in seconds since 1970; 0 = never. */
  client_secret_expires_at?: number
  /** The token that reads, changes and deletes the registration. */
  registration_access_token?: string
  /** The URL of the registration. */
  registration_client_uri?: string
  /** The registered redirect URIs; those that were asked for where the server does not say. */
  redirect_uris: string[]
  /** How the client is to authenticate at the token endpoint, which may differ from what it asked for. */
  token_endpoint_auth_method?: string
  /** Members of the server's own, as it sent them. */
  [member: string]: unknown
}

/**
 * What a server answers when it refuses a registration. Nothing here throws it: see `OAuthError`, whose `error` and
 * `error_description` are these.
 *
 * @see RFC 7591 §3.2.2
 */
export interface ClientRegistrationError {
  /** The error code: one of RFC 7591 §3.2.2, or the server's own. */
  error:
    | 'invalid_redirect_uri'
    | 'invalid_client_metadata'
    | 'invalid_software_statement'
    | 'unapproved_software_statement'
    | (string & {})
  /** What went wrong, in words for a developer. */
  error_description?: string
}

/** A registered client as it is stored. It holds the credentials in clear. */
export interface DynamicClient {
  /** The issuer, without a slash at its end. */
  issuer: string
  /** The identifier under which the server knows the client. */
  clientId: string
  /** The secret, if the server gave one. */
  clientSecret?: string
  /** From when on the secret is refused, in seconds since 1970; 0 = never. */
  clientSecretExpiresAt?: number
  /** The newest token that manages the registration. */
  registrationAccessToken?: string
  /** The URL of the registration. */
  registrationClientUri?: string
  /** When it was registered here, in milliseconds since 1970. */
  registeredAt: number
  /** The registered redirect URIs, those that were asked for first; as asked where the server does not say. */
  redirectUris: string[]
  /** The granted scopes; as asked where the server does not say. */
  scopes: string[]
  /** The metadata of the server at the time of the registration. */
  serverMetadata: AuthorizationServerMetadata
  /** How the client is to authenticate at the token endpoint. Absent in what the original module stored. */
  tokenEndpointAuthMethod?: string
  /** What was asked for, changes included. Absent in what the original module stored. */
  requested?: Partial<ClientRegistrationRequest>
  /** What the server registered, without the credentials. Absent in what the original module stored. */
  granted?: Record<string, unknown>
  /** When the registration was last read or changed at its URL, in milliseconds since 1970; absent if it never was. */
  readAt?: number
}

/** What {@link getOrCreateDynamicClient} is asked for. */
export interface DynamicClientOptions {
  /** The name that users see. Default `Agent Runtimes Client`. */
  clientName?: string
  /** Where the server may send a user back to. */
  redirectUris: string[]
  /** The scopes to ask for. Default: the server chooses. */
  scopes?: string[]
  /** Registers anew even if a client is stored, and forgets that one. It is not deleted at the server. */
  forceNew?: boolean
  /** What a protected registration endpoint wants: a token, or where to get it, such as `registrationToken(…)`. */
  initialAccessToken?: DcrClientOptions['initialAccessToken']
  /**
   * How the client shall authenticate at the token endpoint. Default `none`, a public client; where the metadata of
   * the server lists methods and `none` is not among them, the first of the others here that is.
   */
  tokenEndpointAuthMethod?: 'none' | 'client_secret_basic' | 'client_secret_post'
}

/** Where the clients are kept: Web Storage, or anything like it that answers at once and not by a promise. */
export interface DynamicClientStorage {
  /** What is kept under the key, if anything is. */
  getItem(key: string): string | null | undefined
  /** Keeps the value, or throws. */
  setItem(key: string, value: string): void
  /** Forgets the key, or throws. */
  removeItem(key: string): void
}
