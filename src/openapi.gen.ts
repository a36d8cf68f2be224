// Generated from openapi/dcr.yaml by `npm run generate`. Do not edit.

/** What a client may say about itself when it registers or changes its registration (RFC 7591 §2). */
export type ClientMetadata = {
    /** The URIs the server may send a user back to after authorization, required of every client that uses a redirect-based flow (RFC 7591 §2). */
    redirect_uris?: string[];
    /** How the client authenticates at the token endpoint, `client_secret_basic` if absent and `none` for a public client (RFC 7591 §2). */
    token_endpoint_auth_method?: TokenEndpointAuthMethod;
    /** The grants the client may use at the token endpoint, only `authorization_code` if absent (RFC 7591 §2). */
    grant_types?: GrantType[];
    /** The response types the client may ask for at the authorization endpoint, only `code` if absent (RFC 7591 §2). */
    response_types?: ResponseType[];
    /** The name under which users see the client, for instance on a consent page (RFC 7591 §2). */
    client_name?: string;
    /** The URL of a page that tells users about the client (RFC 7591 §2). */
    client_uri?: string;
    /** The URL of an image that stands for the client, for instance on a consent page (RFC 7591 §2). */
    logo_uri?: string;
    /** The scopes the client may ask for, in one string separated by spaces, chosen by the server if absent (RFC 7591 §2). */
    scope?: string;
    /** Ways to reach the people responsible for the client, usually e-mail addresses (RFC 7591 §2). */
    contacts?: string[];
    /** The URL of a page with the terms of service between the user and the client (RFC 7591 §2). */
    tos_uri?: string;
    /** The URL of a page that tells users what the client does with their data (RFC 7591 §2). */
    policy_uri?: string;
    /** The URL of the public keys of the client, preferred to `jwks` and never sent together with it (RFC 7591 §2). */
    jwks_uri?: string;
    /** The public keys of the client by value, for a client that cannot host a `jwks_uri`, and never sent together with it (RFC 7591 §2). */
    jwks?: JsonWebKeySet;
    /** An identifier its publisher gives to the client software, the same for every instance and every version (RFC 7591 §2). */
    software_id?: string;
    /** The version of the client software, different with every release and compared for equality only (RFC 7591 §2). */
    software_version?: string;
    /** A signed JWT in which its publisher or another party vouches for client metadata, which wins over the plain members if the server trusts it (RFC 7591 §3.1.1). */
    software_statement?: string;
    /** The kind of application, which decides the redirect URIs allowed, `web` if absent (OpenID Connect Dynamic Client Registration 1.0 §2). */
    application_type?: ApplicationType;
    /** The https URL of a JSON array of redirect URIs, whose host groups clients that shall see the same pairwise subject (OpenID Connect Dynamic Client Registration 1.0 §2). */
    sector_identifier_uri?: string;
    /** Whether all clients see the same subject for a user (`public`) or each sector its own (`pairwise`) (OpenID Connect Dynamic Client Registration 1.0 §2). */
    subject_type?: SubjectType;
    /** The JWS algorithm that signs ID tokens for this client, `RS256` if absent (OpenID Connect Dynamic Client Registration 1.0 §2). */
    id_token_signed_response_alg?: string;
    /** The JWE key management algorithm that encrypts ID tokens for this client, which are not encrypted if it is absent (OpenID Connect Dynamic Client Registration 1.0 §2). */
    id_token_encrypted_response_alg?: string;
    /** The JWE content encryption algorithm of ID tokens, `A128CBC-HS256` if only the matching `_alg` member is present (OpenID Connect Dynamic Client Registration 1.0 §2). */
    id_token_encrypted_response_enc?: string;
    /** The JWS algorithm that signs UserInfo responses, which are plain JSON if it is absent (OpenID Connect Dynamic Client Registration 1.0 §2). */
    userinfo_signed_response_alg?: string;
    /** The JWE key management algorithm that encrypts UserInfo responses, which are not encrypted if it is absent (OpenID Connect Dynamic Client Registration 1.0 §2). */
    userinfo_encrypted_response_alg?: string;
    /** The JWE content encryption algorithm of UserInfo responses, `A128CBC-HS256` if only the matching `_alg` member is present (OpenID Connect Dynamic Client Registration 1.0 §2). */
    userinfo_encrypted_response_enc?: string;
    /** The only JWS algorithm the server shall accept on request objects of this client, any it supports if absent (OpenID Connect Dynamic Client Registration 1.0 §2). */
    request_object_signing_alg?: string;
    /** The JWE key management algorithm the client may use to encrypt request objects (OpenID Connect Dynamic Client Registration 1.0 §2). */
    request_object_encryption_alg?: string;
    /** The JWE content encryption algorithm the client may use to encrypt request objects, `A128CBC-HS256` if only the matching `_alg` member is present (OpenID Connect Dynamic Client Registration 1.0 §2). */
    request_object_encryption_enc?: string;
    /** The only JWS algorithm the server shall accept on assertions of `private_key_jwt` and `client_secret_jwt`, any it supports if absent (OpenID Connect Dynamic Client Registration 1.0 §2). */
    token_endpoint_auth_signing_alg?: string;
    /** The age of a login in seconds after which the user must authenticate again, unless a request says otherwise (OpenID Connect Dynamic Client Registration 1.0 §2). */
    default_max_age?: number;
    /** Whether every ID token must say when the user authenticated, `false` if absent (OpenID Connect Dynamic Client Registration 1.0 §2). */
    require_auth_time?: boolean;
    /** The authentication context classes to ask for when a request names none, most wanted first (OpenID Connect Dynamic Client Registration 1.0 §2). */
    default_acr_values?: string[];
    /** The https URL at which others, such as a portal, can start a login at this client (OpenID Connect Dynamic Client Registration 1.0 §2). */
    initiate_login_uri?: string;
    /** The `request_uri` values the client will use, each with a hash of its content as fragment if that may change (OpenID Connect Dynamic Client Registration 1.0 §2). */
    request_uris?: string[];
    /** The subject distinguished name expected in the certificate of a client that uses `tls_client_auth` (RFC 8705 §2.1.2). */
    tls_client_auth_subject_dn?: string;
    /** The DNS name expected among the alternative names in the certificate of a client that uses `tls_client_auth` (RFC 8705 §2.1.2). */
    tls_client_auth_san_dns?: string;
    /** The URI expected among the alternative names in the certificate of a client that uses `tls_client_auth` (RFC 8705 §2.1.2). */
    tls_client_auth_san_uri?: string;
    /** The IP address expected among the alternative names in the certificate of a client that uses `tls_client_auth` (RFC 8705 §2.1.2). */
    tls_client_auth_san_ip?: string;
    /** The e-mail address expected among the alternative names in the certificate of a client that uses `tls_client_auth` (RFC 8705 §2.1.2). */
    tls_client_auth_san_email?: string;
    /** Whether access tokens of this client shall be bound to its TLS certificate, `false` if absent (RFC 8705 §3.4). */
    tls_client_certificate_bound_access_tokens?: boolean;
    /** Whether the server shall refuse authorization requests of this client without a signed request object, `false` if absent (RFC 9101 §10.5). */
    require_signed_request_object?: boolean;
    /** Whether the server shall refuse authorization requests this client did not push first, `false` if absent (RFC 9126 §6). */
    require_pushed_authorization_requests?: boolean;
    /** The types of `authorization_details` the client will use (RFC 9396 §10). */
    authorization_details_types?: string[];
    /** Whether the client always sends a DPoP proof with its token requests, `false` if absent (RFC 9449 §5.2). */
    dpop_bound_access_tokens?: boolean;
    /** The JWS algorithm that signs introspection responses for this client, `RS256` if absent (RFC 9701 §6). */
    introspection_signed_response_alg?: string;
    /** The JWE key management algorithm that encrypts introspection responses, which are not encrypted if it is absent (RFC 9701 §6). */
    introspection_encrypted_response_alg?: string;
    /** The JWE content encryption algorithm of introspection responses, `A128CBC-HS256` if only the matching `_alg` member is present (RFC 9701 §6). */
    introspection_encrypted_response_enc?: string;
    /** The URLs the server may send a user back to after a logout the client asked for (OpenID Connect RP-Initiated Logout 1.0 §3.1). */
    post_logout_redirect_uris?: string[];
    /** The URL at the client that ends the session there when the server loads it in an iframe (OpenID Connect Front-Channel Logout 1.0 §2). */
    frontchannel_logout_uri?: string;
    /** Whether `frontchannel_logout_uri` must be called with the issuer and the session ID, `false` if absent (OpenID Connect Front-Channel Logout 1.0 §2). */
    frontchannel_logout_session_required?: boolean;
    /** The URL at the client that ends a session when the server posts a logout token to it (OpenID Connect Back-Channel Logout 1.0 §2.2). */
    backchannel_logout_uri?: string;
    /** Whether the logout token must hold the session ID, `false` if absent (OpenID Connect Back-Channel Logout 1.0 §2.2). */
    backchannel_logout_session_required?: boolean;
    /** How the client gets its tokens after the user has authenticated on another device (OpenID Connect CIBA Core 1.0 §4). */
    backchannel_token_delivery_mode?: BackchannelTokenDeliveryMode;
    /** The https URL the server calls when authentication is done, required for `ping` and `push` (OpenID Connect CIBA Core 1.0 §4). */
    backchannel_client_notification_endpoint?: string;
    /** The JWS algorithm that signs backchannel authentication requests, which are not signed if it is absent (OpenID Connect CIBA Core 1.0 §4). */
    backchannel_authentication_request_signing_alg?: string;
    /** Whether the client sends a secret code known to the user only, `false` if absent (OpenID Connect CIBA Core 1.0 §4). */
    backchannel_user_code_parameter?: boolean;
    /** The JWS algorithm that signs authorization responses for this client, `RS256` if absent (JARM §3). */
    authorization_signed_response_alg?: string;
    /** The JWE key management algorithm that encrypts authorization responses, which are not encrypted if it is absent (JARM §3). */
    authorization_encrypted_response_alg?: string;
    /** The JWE content encryption algorithm of authorization responses, `A128CBC-HS256` if only the matching `_alg` member is present (JARM §3). */
    authorization_encrypted_response_enc?: string;
    /** The response modes the client will use at the authorization endpoint (FAPI 2.0 Message Signing). */
    response_modes?: string[];
    /** Whether the client must use the endpoints in `mtls_endpoint_aliases` of the server, even where mutual TLS alone would not ask for it (FAPI 2.0 Security Profile §5.2.2.1.1). */
    use_mtls_endpoint_aliases?: boolean;
    /** The ways of registering in a federation the client wants to use (OpenID Federation 1.0 §5.1.2). */
    client_registration_types?: ClientRegistrationType[];
    /** The URL of a signed JWT that holds the public keys of the client (OpenID Federation 1.0 §5.2.1). */
    signed_jwks_uri?: string;
    /** The name of the organization that owns the client (OpenID Federation 1.0 §5.2.2). */
    organization_name?: string;
    /** A short description of the client for users (OpenID Federation 1.0 §5.2.2). */
    description?: string;
    /** Search words, tags or categories that fit the client (OpenID Federation 1.0 §5.2.2). */
    keywords?: string[];
    /** The URL of a page where users find more about the client (OpenID Federation 1.0 §5.2.2). */
    information_uri?: string;
    /** The URL of the home page of the organization that owns the client (OpenID Federation 1.0 §5.2.2). */
    organization_uri?: string;
    /** The URIs the server may send a user back to after gathering claims (UMA 2.0 Grant for OAuth 2.0 §2). */
    claims_redirect_uris?: string[];
    /** The JWS algorithm that signs NFV tokens for this client (ETSI GS NFV-SEC 022 V2.7.1). */
    nfv_token_signed_response_alg?: string;
    /** The JWE key management algorithm that encrypts NFV tokens for this client (ETSI GS NFV-SEC 022 V2.7.1). */
    nfv_token_encrypted_response_alg?: string;
    /** The JWE content encryption algorithm of NFV tokens for this client (ETSI GS NFV-SEC 022 V2.7.1). */
    nfv_token_encrypted_response_enc?: string;
    /** The JWE content encryption algorithms in which the client, as a verifier, accepts an encrypted response (OpenID for Verifiable Presentations 1.0 §5.1). */
    encrypted_response_enc_values_supported?: string[];
    /** The credential formats the client accepts as a verifier, each with its parameters (OpenID for Verifiable Presentations 1.0 §11.1). */
    vp_formats_supported?: {
        [key: string]: unknown;
    };
};
/** What the server answers about a client, namely its credentials and all metadata as registered (RFC 7591 §3.2.1). */
export type ClientInformation = ClientMetadata & ({
    /** The identifier under which the server knows the client, possibly the same for other instances of the software (RFC 7591 §3.2.1). */
    client_id: string;
    /** The secret of a confidential client, absent for a public one (RFC 7591 §3.2.1). */
    client_secret?: string;
    /** The time the client was registered, in seconds since the epoch (RFC 7591 §3.2.1). */
    client_id_issued_at?: number;
    /** The time from which the secret is refused, in seconds since the epoch, 0 if never, unknown if absent (RFC 7591 §3.2.1). */
    client_secret_expires_at?: number;
    /** The bearer token that reads, changes and deletes this registration, void as soon as an answer holds a new one (RFC 7592 §3). */
    registration_access_token?: string;
    /** The URL of this registration, to be used exactly as the server wrote it (RFC 7592 §3). */
    registration_client_uri?: string;
} & {
    [key: string]: unknown;
});
/** What an authorization server says about itself at a well-known URL (RFC 8414 §2). */
export type AuthorizationServerMetadata = {
    /** The https URL that identifies the server, equal to the one it was asked for or the document must not be used (RFC 8414 §2). */
    issuer: string;
    /** The URL to which a user is sent to authorize the client (RFC 8414 §2). */
    authorization_endpoint?: string;
    /** The URL that exchanges a grant for an access token (RFC 8414 §2). */
    token_endpoint?: string;
    /** The URL of the public keys of the server (RFC 8414 §2). */
    jwks_uri?: string;
    /** The URL at which a client registers itself, absent if the server does not offer that (RFC 8414 §2). */
    registration_endpoint?: string;
    /** The scopes the server knows, of which it may leave some out (RFC 8414 §2). */
    scopes_supported?: string[];
    /** The response types the authorization endpoint knows (RFC 8414 §2). */
    response_types_supported?: ResponseType[];
    /** The ways in which the authorization endpoint returns its answer, `query` and `fragment` if absent (RFC 8414 §2). */
    response_modes_supported?: string[];
    /** The grants the server knows, `authorization_code` and `implicit` if absent (RFC 8414 §2). */
    grant_types_supported?: GrantType[];
    /** The ways for a client to authenticate at the token endpoint, only `client_secret_basic` if absent (RFC 8414 §2). */
    token_endpoint_auth_methods_supported?: TokenEndpointAuthMethod[];
    /** The JWS algorithms accepted on assertions that authenticate a client at the token endpoint (RFC 8414 §2). */
    token_endpoint_auth_signing_alg_values_supported?: string[];
    /** The URL of a page for developers who use the server (RFC 8414 §2). */
    service_documentation?: string;
    /** The language tags of the user interface (RFC 8414 §2). */
    ui_locales_supported?: string[];
    /** The URL of a page that says what a client may do with the data it gets from the server (RFC 8414 §2). */
    op_policy_uri?: string;
    /** The URL of a page with the terms of service of the server (RFC 8414 §2). */
    op_tos_uri?: string;
    /** The URL that revokes tokens (RFC 8414 §2). */
    revocation_endpoint?: string;
    /** The ways for a client to authenticate at the revocation endpoint, only `client_secret_basic` if absent (RFC 8414 §2). */
    revocation_endpoint_auth_methods_supported?: TokenEndpointAuthMethod[];
    /** The JWS algorithms accepted on assertions that authenticate a client at the revocation endpoint (RFC 8414 §2). */
    revocation_endpoint_auth_signing_alg_values_supported?: string[];
    /** The URL that tells whether a token is active and what it stands for (RFC 8414 §2). */
    introspection_endpoint?: string;
    /** The ways for a caller to authenticate at the introspection endpoint, unknown if absent (RFC 8414 §2). */
    introspection_endpoint_auth_methods_supported?: TokenEndpointAuthMethod[];
    /** The JWS algorithms accepted on assertions that authenticate a caller at the introspection endpoint (RFC 8414 §2). */
    introspection_endpoint_auth_signing_alg_values_supported?: string[];
    /** The PKCE methods the server knows, such as `S256`, where absence means no PKCE (RFC 8414 §2). */
    code_challenge_methods_supported?: string[];
    /** A JWT with metadata as claims, which win over the plain members for a client that verifies it (RFC 8414 §2.1). */
    signed_metadata?: string;
    /** The URL that returns claims about the user of an access token (OpenID Connect Discovery 1.0 §3). */
    userinfo_endpoint?: string;
    /** The authentication context classes the server knows (OpenID Connect Discovery 1.0 §3). */
    acr_values_supported?: string[];
    /** The kinds of subject identifier the server issues (OpenID Connect Discovery 1.0 §3). */
    subject_types_supported?: SubjectType[];
    /** The JWS algorithms with which the server can sign ID tokens (OpenID Connect Discovery 1.0 §3). */
    id_token_signing_alg_values_supported?: string[];
    /** The JWE key management algorithms with which the server can encrypt ID tokens (OpenID Connect Discovery 1.0 §3). */
    id_token_encryption_alg_values_supported?: string[];
    /** The JWE content encryption algorithms with which the server can encrypt ID tokens (OpenID Connect Discovery 1.0 §3). */
    id_token_encryption_enc_values_supported?: string[];
    /** The JWS algorithms with which the server can sign UserInfo responses (OpenID Connect Discovery 1.0 §3). */
    userinfo_signing_alg_values_supported?: string[];
    /** The JWE key management algorithms with which the server can encrypt UserInfo responses (OpenID Connect Discovery 1.0 §3). */
    userinfo_encryption_alg_values_supported?: string[];
    /** The JWE content encryption algorithms with which the server can encrypt UserInfo responses (OpenID Connect Discovery 1.0 §3). */
    userinfo_encryption_enc_values_supported?: string[];
    /** The JWS algorithms the server accepts on request objects (OpenID Connect Discovery 1.0 §3). */
    request_object_signing_alg_values_supported?: string[];
    /** The JWE key management algorithms the server accepts on request objects (OpenID Connect Discovery 1.0 §3). */
    request_object_encryption_alg_values_supported?: string[];
    /** The JWE content encryption algorithms the server accepts on request objects (OpenID Connect Discovery 1.0 §3). */
    request_object_encryption_enc_values_supported?: string[];
    /** The values of the `display` request parameter the server knows (OpenID Connect Discovery 1.0 §3). */
    display_values_supported?: string[];
    /** The types of claim the server knows, only `normal` if absent (OpenID Connect Discovery 1.0 §3). */
    claim_types_supported?: string[];
    /** The claims the server may be able to return, of which it may leave some out (OpenID Connect Discovery 1.0 §3). */
    claims_supported?: string[];
    /** The language tags of the claim values the server returns (OpenID Connect Discovery 1.0 §3). */
    claims_locales_supported?: string[];
    /** Whether the server knows the `claims` request parameter, `false` if absent (OpenID Connect Discovery 1.0 §3). */
    claims_parameter_supported?: boolean;
    /** Whether the server knows the `request` request parameter, `false` if absent (OpenID Connect Discovery 1.0 §3). */
    request_parameter_supported?: boolean;
    /** Whether the server knows the `request_uri` request parameter, `true` if absent (OpenID Connect Discovery 1.0 §3). */
    request_uri_parameter_supported?: boolean;
    /** Whether a client must register the `request_uri` values it uses, `false` if absent (OpenID Connect Discovery 1.0 §3). */
    require_request_uri_registration?: boolean;
    /** The URL at which a device without a browser starts an authorization (RFC 8628 §4). */
    device_authorization_endpoint?: string;
    /** Whether the server can bind access tokens to a TLS certificate, `false` if absent (RFC 8705 §3.3). */
    tls_client_certificate_bound_access_tokens?: boolean;
    /** The URLs to use instead of the usual endpoints by a client that presents a TLS certificate, keyed by endpoint name (RFC 8705 §5). */
    mtls_endpoint_aliases?: {
        [key: string]: string;
    };
    /** Whether the server refuses authorization requests without a signed request object, `false` if absent (RFC 9101 §10.5). */
    require_signed_request_object?: boolean;
    /** The URL to which a client posts an authorization request before it sends the user (RFC 9126 §5). */
    pushed_authorization_request_endpoint?: string;
    /** Whether the server refuses authorization requests that were not pushed first, `false` if absent (RFC 9126 §5). */
    require_pushed_authorization_requests?: boolean;
    /** Whether every authorization response names its issuer in `iss`, `false` if absent (RFC 9207 §3). */
    authorization_response_iss_parameter_supported?: boolean;
    /** The types of `authorization_details` the server knows (RFC 9396 §10). */
    authorization_details_types_supported?: string[];
    /** The JWS algorithms the server accepts on DPoP proofs (RFC 9449 §5.1). */
    dpop_signing_alg_values_supported?: string[];
    /** The JWS algorithms with which the server can sign introspection responses (RFC 9701 §7). */
    introspection_signing_alg_values_supported?: string[];
    /** The JWE key management algorithms with which the server can encrypt introspection responses (RFC 9701 §7). */
    introspection_encryption_alg_values_supported?: string[];
    /** The JWE content encryption algorithms with which the server can encrypt introspection responses (RFC 9701 §7). */
    introspection_encryption_enc_values_supported?: string[];
    /** The resource identifiers of the APIs for which the server issues tokens (RFC 9728 §4). */
    protected_resources?: string[];
    /** Whether a client may use the https URL of its own metadata as `client_id` instead of registering, `false` if absent (draft-ietf-oauth-client-id-metadata-document-02 §6). */
    client_id_metadata_document_supported?: boolean;
    /** The URL of a page for an iframe in which a client asks whether the session is still alive (OpenID Connect Session Management 1.0 §3.3). */
    check_session_iframe?: string;
    /** The URL to which a user is sent to log out (OpenID Connect RP-Initiated Logout 1.0 §2.1). */
    end_session_endpoint?: string;
    /** Whether the server logs out by loading a URL of each client in an iframe, `false` if absent (OpenID Connect Front-Channel Logout 1.0 §3). */
    frontchannel_logout_supported?: boolean;
    /** Whether the server names the issuer and the session ID in front-channel logout, `false` if absent (OpenID Connect Front-Channel Logout 1.0 §3). */
    frontchannel_logout_session_supported?: boolean;
    /** Whether the server logs out by posting a logout token to each client, `false` if absent (OpenID Connect Back-Channel Logout 1.0 §2.1). */
    backchannel_logout_supported?: boolean;
    /** Whether the server names the session ID in a logout token, `false` if absent (OpenID Connect Back-Channel Logout 1.0 §2.1). */
    backchannel_logout_session_supported?: boolean;
    /** The URL at which a client asks for a user to be authenticated on another device (OpenID Connect CIBA Core 1.0 §4). */
    backchannel_authentication_endpoint?: string;
    /** The ways in which the server delivers tokens after backchannel authentication (OpenID Connect CIBA Core 1.0 §4). */
    backchannel_token_delivery_modes_supported?: BackchannelTokenDeliveryMode[];
    /** The JWS algorithms the server accepts on backchannel authentication requests (OpenID Connect CIBA Core 1.0 §4). */
    backchannel_authentication_request_signing_alg_values_supported?: string[];
    /** Whether the server knows the `user_code` parameter, `false` if absent (OpenID Connect CIBA Core 1.0 §4). */
    backchannel_user_code_parameter_supported?: boolean;
    /** The JWS algorithms with which the server can sign authorization responses (JARM §4). */
    authorization_signing_alg_values_supported?: string[];
    /** The JWE key management algorithms with which the server can encrypt authorization responses (JARM §4). */
    authorization_encryption_alg_values_supported?: string[];
    /** The JWE content encryption algorithms with which the server can encrypt authorization responses (JARM §4). */
    authorization_encryption_enc_values_supported?: string[];
    /** The ways of registering in a federation the server knows (OpenID Federation 1.0 §5.1.3). */
    client_registration_types_supported?: ClientRegistrationType[];
    /** The URL at which a client of the federation registers explicitly (OpenID Federation 1.0 §5.1.3). */
    federation_registration_endpoint?: string;
    /** The URL of a signed JWT that holds the public keys of the server (OpenID Federation 1.0 §5.2.1). */
    signed_jwks_uri?: string;
    /** The public keys of the server by value (OpenID Federation 1.0 §5.2.1). */
    jwks?: JsonWebKeySet;
    /** The name of the organization that owns the server (OpenID Federation 1.0 §5.2.2). */
    organization_name?: string;
    /** The name under which users see the server (OpenID Federation 1.0 §5.2.2). */
    display_name?: string;
    /** A short description of the server for users (OpenID Federation 1.0 §5.2.2). */
    description?: string;
    /** Search words, tags or categories that fit the server (OpenID Federation 1.0 §5.2.2). */
    keywords?: string[];
    /** Ways to reach the people responsible for the server, usually e-mail addresses (OpenID Federation 1.0 §5.2.2). */
    contacts?: string[];
    /** The URL of the logo of the organization that owns the server (OpenID Federation 1.0 §5.2.2). */
    logo_uri?: string;
    /** The URL of a page where users find more about the server (OpenID Federation 1.0 §5.2.2). */
    information_uri?: string;
    /** The URL of the home page of the organization that owns the server (OpenID Federation 1.0 §5.2.2). */
    organization_uri?: string;
    /** The JWS algorithms with which the server can sign NFV tokens (ETSI GS NFV-SEC 022 V2.7.1). */
    nfv_token_signing_alg_values_supported?: string[];
    /** The JWE key management algorithms with which the server can encrypt NFV tokens (ETSI GS NFV-SEC 022 V2.7.1). */
    nfv_token_encryption_alg_values_supported?: string[];
    /** The JWE content encryption algorithms with which the server can encrypt NFV tokens (ETSI GS NFV-SEC 022 V2.7.1). */
    nfv_token_encryption_enc_values_supported?: string[];
} & {
    [key: string]: unknown;
};
/** What a client sends, form-encoded, to the token endpoint (RFC 6749 §4.4.2). */
export type TokenRequest = {
    /** The grant that is used, `client_credentials` for a client that acts for itself (RFC 6749 §4.4.2). */
    grant_type: GrantType;
    /** The scopes asked for, in one string separated by spaces (RFC 6749 §3.3). */
    scope?: string;
    /** The identifier of a client that does not authenticate in the `Authorization` header (RFC 6749 §2.3.1). */
    client_id?: string;
    /** The secret of a client that uses `client_secret_post` (RFC 6749 §2.3.1). */
    client_secret?: string;
    /** The format of `client_assertion`, `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` for a JWT (RFC 7523 §2.2). */
    client_assertion_type?: string;
    /** The signed JWT of a client that uses `private_key_jwt` or `client_secret_jwt` (RFC 7523 §2.2). */
    client_assertion?: string;
    /** The absolute URI of the API the token is for, or several of them (RFC 8707 §2). */
    resource?: string | string[];
    /** The logical name of the API the token is for, defined for token exchange and asked for by some servers in every grant (RFC 8693 §2.1). */
    audience?: string;
};
/** What the token endpoint answers (RFC 6749 §5.1). */
export type TokenResponse = {
    /** The access token (RFC 6749 §5.1). */
    access_token: string;
    /** How the access token is used, `Bearer` or `DPoP`, compared without regard to case (RFC 6749 §5.1). */
    token_type?: string;
    /** The lifetime of the access token, in seconds from the time of the answer (RFC 6749 §5.1). */
    expires_in?: number;
    /** The scopes granted, in one string separated by spaces, those asked for if absent (RFC 6749 §5.1). */
    scope?: string;
    /** A token for getting further access tokens (RFC 6749 §5.1). */
    refresh_token?: string;
} & {
    [key: string]: unknown;
};
/** What the server answers when it refuses a request (RFC 7591 §3.2.2). */
export type ErrorResponse = {
    /** The code of the error, such as `invalid_redirect_uri`, `invalid_client_metadata` or `invalid_token` (RFC 7591 §3.2.2). */
    error: string;
    /** What went wrong, in words for a developer (RFC 7591 §3.2.2). */
    error_description?: string;
    /** The URL of a page about the error (RFC 6749 §5.2). */
    error_uri?: string;
} & {
    [key: string]: unknown;
};
/** A set of keys (RFC 7517 §5). */
export type JsonWebKeySet = {
    /** The keys of the set (RFC 7517 §5.1). */
    keys: JsonWebKey[];
};
/** A public key in JSON, as WebCrypto exports it (RFC 7517 §4). */
export type JsonWebKey = {
    /** The type of the key, such as `RSA`, `EC` or `OKP` (RFC 7517 §4.1). */
    kty?: string;
    /** What the key is for, `sig` (signatures) or `enc` (encryption) (RFC 7517 §4.2). */
    use?: string;
    /** The operations the key is for, such as `verify` (RFC 7517 §4.3). */
    key_ops?: string[];
    /** The algorithm the key is for, such as `ES256` (RFC 7517 §4.4). */
    alg?: string;
    /** An identifier that tells the key from the others in the set (RFC 7517 §4.5). */
    kid?: string;
    /** The URL of the X.509 certificate chain of the key (RFC 7517 §4.6). */
    x5u?: string;
    /** The X.509 certificate chain of the key, each certificate as base64 of DER (RFC 7517 §4.7). */
    x5c?: string[];
    /** The base64url SHA-1 thumbprint of the X.509 certificate of the key (RFC 7517 §4.8). */
    x5t?: string;
    /** The base64url SHA-256 thumbprint of the X.509 certificate of the key (RFC 7517 §4.9). */
    "x5t#S256"?: string;
    /** The curve of an `EC` or `OKP` key, such as `P-256` or `Ed25519` (RFC 7518 §6.2.1.1). */
    crv?: string;
    /** The base64url x coordinate of an `EC` key or the public part of an `OKP` key (RFC 7518 §6.2.1.2). */
    x?: string;
    /** The base64url y coordinate of an `EC` key (RFC 7518 §6.2.1.3). */
    y?: string;
    /** The base64url modulus of an `RSA` key (RFC 7518 §6.3.1.1). */
    n?: string;
    /** The base64url exponent of an `RSA` key (RFC 7518 §6.3.1.2). */
    e?: string;
};
/** A way for a client to authenticate, one of the registered names or an absolute URI (RFC 7591 §2). */
export type TokenEndpointAuthMethod = ("none" | "client_secret_basic" | "client_secret_post" | "client_secret_jwt" | "private_key_jwt" | "tls_client_auth" | "self_signed_tls_client_auth") | (string & {});
/** A grant, spelled as in the `grant_type` parameter at the token endpoint (RFC 7591 §2). */
export type GrantType = ("authorization_code" | "implicit" | "password" | "client_credentials" | "refresh_token" | "urn:ietf:params:oauth:grant-type:jwt-bearer" | "urn:ietf:params:oauth:grant-type:saml2-bearer" | "urn:ietf:params:oauth:grant-type:device_code" | "urn:ietf:params:oauth:grant-type:token-exchange" | "urn:ietf:params:oauth:grant-type:uma-ticket" | "urn:openid:params:grant-type:ciba") | (string & {});
/** A response type, spelled as in the `response_type` parameter at the authorization endpoint (RFC 7591 §2). */
export type ResponseType = ("code" | "token" | "id_token" | "code id_token" | "code token" | "id_token token" | "code id_token token" | "none") | (string & {});
/** A kind of application, on a server (`web`) or on the device of a user (`native`) (OpenID Connect Dynamic Client Registration 1.0 §2). */
export type ApplicationType = ("web" | "native") | (string & {});
/** A kind of subject identifier (OpenID Connect Dynamic Client Registration 1.0 §2). */
export type SubjectType = ("public" | "pairwise") | (string & {});
/** A way in which a client gets its tokens after backchannel authentication (OpenID Connect CIBA Core 1.0 §4). */
export type BackchannelTokenDeliveryMode = ("poll" | "ping" | "push") | (string & {});
/** A way of registering in a federation, with the first request (`automatic`) or before it (`explicit`) (OpenID Federation 1.0 §5.1.2). */
export type ClientRegistrationType = ("automatic" | "explicit") | (string & {});
