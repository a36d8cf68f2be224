/**
 * A well-known document an authorization server may serve, for an issuer such as `https://as.example.com/tenant`:
 *
 * - `oauth-authorization-server`: `https://as.example.com/.well-known/oauth-authorization-server/tenant` (RFC 8414)
 * - `openid-configuration`: `https://as.example.com/tenant/.well-known/openid-configuration` (OpenID Connect)
 * - `openid-configuration-inserted`: `https://as.example.com/.well-known/openid-configuration/tenant` (RFC 8414 §5)
 * - `oauth-authorization-server-appended`: `https://as.example.com/tenant/.well-known/oauth-authorization-server`
 *   (in no specification, yet what servers mounted under a path serve)
 *
 * Without a path in the issuer, the inserted and the appended URL are the same one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3.1 RFC 8414 section 3.1}
 */
export type DiscoveryLayout =
  | 'oauth-authorization-server'
  | 'openid-configuration'
  | 'openid-configuration-inserted'
  | 'oauth-authorization-server-appended'

/** What the server makes up: see {@link ReferenceServerOptions.generate}. */
export type GeneratedValue =
  | 'client_id'
  | 'client_secret'
  | 'registration_access_token'
  | 'initial_access_token'
  | 'access_token'

/** What a client may present at its client configuration endpoint: see {@link ReferenceServerOptions.manageWith}. */
export type ManagementCredential = 'registration_access_token' | 'client_secret'

/** A key set with public keys. A private member in a key (`d`) is ignored. */
export interface KeySet {
  /** JSON Web Keys, public ones. */
  readonly keys: readonly object[]
}

/**
 * A client the server knows from the start, for the client credentials grant at the token endpoint.
 * It cannot be read, updated or deleted.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 section 4.4}
 */
export interface TokenClient {
  readonly client_id: string
  /** Needed by every method but `private_key_jwt` and `none`. */
  readonly client_secret?: string
  /** Default `client_secret_basic`, of SimpleIdServer `client_secret_post`. `none` is refused: the grant is for confidential clients only. */
  readonly token_endpoint_auth_method?: string
  /** Scopes it may ask for, separated by spaces. Default: all of `scopes_supported`. */
  readonly scope?: string
  /** For `private_key_jwt`. */
  readonly jwks?: KeySet
}

/**
 * A system whose ways the server takes on, on the wire. Which options it does not look at stands with each; what is
 * *inferred* was read off source or documents, and never seen on a running server. The token endpoints of `hydra` and
 * `awork` answer as the one without `like`. Both serve the OpenID Connect document alone, unless `layouts` says otherwise.
 *
 * - `hydra`: Ory Hydra 2, as of its source in July 2026. `/oauth2/register`, advertised only where `metadata` names a
 *   `registration_endpoint`. Anyone registers, whatever `registration` says, but for `disabled`. Reads, updates and
 *   registrations are each answered with other members; an update always hands out a new registration access token (unless
 *   `rotateOnUpdate` is `false`) and never a secret (`renewSecretOnUpdate` changes nothing). With
 *   `manageWith: ['client_secret']` it is managed as its API documentation describes, and no release does.
 *   Inferred: that `metadata: null` is refused too. Not done: fetching a `sector_identifier_uri`.
 * - `simpleidserver`: SimpleIdServer 4. A realm is a path in the `issuer`, with both well-known documents below it.
 *   `registration` is `protected`, by a token for the scope `register` and no other, or `open`, as before version 3.0.4.
 *   Tokens are issued for half an hour, nothing rotates unless told to, and only the registration access token manages a
 *   client, whatever `manageWith` and `administratorTokens` say. The `registration_client_uri` it hands out is wrong: the
 *   right one is the registration endpoint, a slash and the `client_id`. Inferred: that an update in JSON arrives empty and
 *   one as a form does not, that members it does not know bring it down (500), and the fraction of the dates.
 * - `awork`: the documentation of August 2026. `/api/v1/clientapplications/register`, open, or `protected` as for some
 *   tenants; no management, whatever `management` says. Inferred, as the source is closed: the 401, what is
 *   refused, that what was not asked for is `null` (so too the secret of a public client), and that its metadata list the
 *   registration endpoint.
 */
export type LikeSystem = 'hydra' | 'simpleidserver' | 'awork'

/** Options of {@link referenceServer}. */
export interface ReferenceServerOptions {
  /**
   * Behave as this system does, deviations included, so that an application can be tested against it. Default: as
   * `oidc-provider`, where it keeps to the RFCs. Sets other defaults for some of the options below: see {@link LikeSystem}.
   *
   * {@link ReferenceServer.clients} still tells the truth, under the names of the RFCs.
   *
   * @example
   * ```ts
   * const hydra = referenceServer({
   *   like: 'hydra',
   *   metadata: { registration_endpoint: 'https://as.example.com/oauth2/register' },
   * })
   * ```
   */
  readonly like?: LikeSystem
  /**
   * For `like: 'awork'`, the shape of its errors. `own` (default): `{ code, description, link, validationErrors? }`.
   * `oauth`: `{ error, error_description }`, as it documented for registration until July 2026. Of the other servers nothing
   * changes.
   */
  readonly errors?: 'own' | 'oauth'
  /** Default `https://as.example.com`. May have a path (`https://as.example.com/tenant`) and a port, no query, no fragment. */
  readonly issuer?: string
  /** The well-known documents there are; the others answer 404. Default: all but `oauth-authorization-server-appended`. */
  readonly layouts?: readonly DiscoveryLayout[]
  /**
   * Merged over the server's metadata; `undefined` removes a member.
   *
   * The `*_supported` members are also the rules of registration: with `scopes_supported: undefined` any scope may be
   * registered, with `token_endpoint_auth_methods_supported: ['none']` only public clients. A changed endpoint is
   * advertised, the server keeps answering at its own.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 section 2}
   */
  readonly metadata?: Readonly<Record<string, unknown>>
  /**
   * `open` (default): anyone registers, and credentials sent along are not looked at. `protected`: wants, as a bearer
   * token, an initial access token, an access token with the scope `register` (403 `insufficient_scope` without it), or
   * one of `administratorTokens`. `disabled`: neither registers nor manages anything (404), as where an operator has not
   * switched registration on, and advertises no `registration_endpoint`.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 section 3}
   */
  readonly registration?: 'open' | 'protected' | 'disabled'
  /** Initial access tokens known from the start. More come from {@link ReferenceServer.issueInitialAccessToken}. */
  readonly initialAccessTokens?: readonly string[]
  /**
   * Default `false`. When `true`, an initial access token, and an access token with the scope `register`, makes one
   * client and is worth nothing afterwards. A refused registration leaves it as it was.
   */
  readonly singleUse?: boolean
  /** Clients of the token endpoint, beside those that register for the grant `client_credentials`. */
  readonly tokenClients?: readonly TokenClient[]
  /** Seconds, default 600. */
  readonly accessTokenLifetime?: number
  /**
   * `full` (default): clients are read, updated and deleted. `read`: GET works, PUT and DELETE answer 404, as where an
   * operator has not switched management on. `none`: as `read`, and no `registration_access_token` and no
   * `registration_client_uri` is handed out, so that nothing can be read either (401).
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc7592#section-2 RFC 7592 section 2}
   */
  readonly management?: 'full' | 'read' | 'none'
  /**
   * What a client may present at its client configuration endpoint. Default `['registration_access_token']`, as
   * RFC 7592 has it. Without it in the list no registration access token is issued; the `registration_client_uri` is.
   *
   * With `client_secret`, a client registered for `client_secret_basic` may send its credentials in the `Authorization`
   * header, and one registered for `client_secret_post` in the URL query (`?client_id=…&client_secret=…`).
   */
  readonly manageWith?: readonly ManagementCredential[]
  /** Bearer tokens that register, read, update and delete any client. Default: none. */
  readonly administratorTokens?: readonly string[]
  /** Default `true`: each update hands out a new registration access token, and the old one dies at once. */
  readonly rotateOnUpdate?: boolean
  /** Default `false`. When `true`, so does each read. */
  readonly rotateOnRead?: boolean
  /** Seconds a `client_secret` lives; 0 (default) = it never expires. */
  readonly secretLifetime?: number
  /** Default `false`. When `true`, each update of a client with a secret hands out a new secret, and the old one dies at once. */
  readonly renewSecretOnUpdate?: boolean
  /** The server's clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
  /**
   * Makes up identifiers and secrets: for snapshots that do not change, or for values with characters that are hard to
   * send. Each must be new. Default: a UUID as `client_id`, 32 random bytes in base64url as anything else.
   */
  readonly generate?: (kind: GeneratedValue) => string
}
