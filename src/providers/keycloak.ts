import type { Provider } from './provider.js'

/** The members of its OIDCClientRepresentation that are a client's to give: any other is refused with 400. */
const MEMBERS = [
  ...['redirect_uris', 'token_endpoint_auth_method', 'token_endpoint_auth_signing_alg', 'grant_types'],
  ...['response_types', 'application_type', 'client_name', 'client_uri', 'logo_uri', 'scope', 'contacts'],
  ...['tos_uri', 'policy_uri', 'jwks_uri', 'jwks', 'sector_identifier_uri', 'subject_type'],
  ...['id_token_signed_response_alg', 'id_token_encrypted_response_alg', 'id_token_encrypted_response_enc'],
  ...['userinfo_signed_response_alg', 'userinfo_encrypted_response_alg', 'userinfo_encrypted_response_enc'],
  ...['request_object_signing_alg', 'request_object_encryption_alg', 'request_object_encryption_enc'],
  ...['default_max_age', 'require_auth_time', 'default_acr_values', 'initiate_login_uri', 'request_uris'],
  ...['tls_client_certificate_bound_access_tokens', 'tls_client_auth_subject_dn'],
  ...['dpop_bound_access_tokens', 'post_logout_redirect_uris', 'software_id', 'software_version'],
  ...['backchannel_logout_uri', 'backchannel_logout_session_required'],
  ...['backchannel_logout_revoke_offline_tokens', 'backchannel_token_delivery_mode'],
  ...['backchannel_client_notification_endpoint', 'backchannel_authentication_request_signing_alg'],
  ...['authorization_signed_response_alg', 'authorization_encrypted_response_alg'],
  ...['authorization_encrypted_response_enc', 'require_pushed_authorization_requests'],
  ...['frontchannel_logout_uri', 'frontchannel_logout_session_required'],
]

/** What it removes when it is sent empty; anything else it keeps, puts back to its default, or refuses. */
const EMPTIED = [
  ...['client_name', 'client_uri', 'backchannel_logout_uri', 'id_token_signed_response_alg'],
  'default_acr_values',
]

/**
 * Keycloak and Red Hat's builds of it: the client registration provider `openid-connect`.
 *
 * A member it does not know makes it refuse the whole, so others are left out, language-tagged ones too. Its
 * `registration_client_uri` is made of its backend URL and may name a host nobody reaches, so clients are managed
 * at `{registration_endpoint}/{client_id}`. An update keeps what it omits; a few members are removed by sending them
 * empty, the others cannot be. A policy that forbids is told with 403 `insufficient_scope`.
 *
 * @see {@link https://www.keycloak.org/securing-apps/client-registration}, keycloak OIDCClientRepresentation.java
 */
export const keycloak: Provider = {
  name: 'keycloak',
  endpointPath: /\/clients-registrations\/openid-connect\/?$/,
  managedAt: 'path',
  members: MEMBERS,
  emptied: EMPTIED,
  advice: {
    register: { forbidden: 'as shipped, the realm forbids it to anonymous clients and for foreign scopes' },
  },
}
