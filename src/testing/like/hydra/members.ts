/** The members of Hydra's OAuth 2.0 client by their type in Go. Whatever is not among them is dropped. */

export const STRINGS = [
  'client_name',
  'scope',
  'owner',
  'policy_uri',
  'tos_uri',
  'client_uri',
  'logo_uri',
  'jwks_uri',
  'sector_identifier_uri',
  'subject_type',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'request_object_signing_alg',
  'userinfo_signed_response_alg',
  'frontchannel_logout_uri',
  'backchannel_logout_uri',
]

export const ARRAYS = [
  'redirect_uris',
  'grant_types',
  'response_types',
  'audience',
  'allowed_cors_origins',
  'contacts',
  'request_uris',
  'post_logout_redirect_uris',
]

export const BOOLEANS = [
  'frontchannel_logout_session_required',
  'backchannel_logout_session_required',
  'skip_consent',
  'skip_logout_consent',
]

export const LIFESPANS = [
  'authorization_code_grant_access_token_lifespan',
  'authorization_code_grant_id_token_lifespan',
  'authorization_code_grant_refresh_token_lifespan',
  'client_credentials_grant_access_token_lifespan',
  'implicit_grant_access_token_lifespan',
  'implicit_grant_id_token_lifespan',
  'jwt_bearer_grant_access_token_lifespan',
  'refresh_token_grant_id_token_lifespan',
  'refresh_token_grant_access_token_lifespan',
  'refresh_token_grant_refresh_token_lifespan',
  'device_authorization_grant_id_token_lifespan',
  'device_authorization_grant_access_token_lifespan',
  'device_authorization_grant_refresh_token_lifespan',
]

export const DATES = ['created_at', 'updated_at']

/** Understood, and never taken over from a request. */
export const NOT_TO_CHOOSE = [
  'client_id',
  'client_secret',
  'registration_access_token',
  'registration_client_uri',
  'access_token_strategy',
]

/** Left out of an answer where they are empty. */
export const OMITTED_WHEN_EMPTY = [
  'jwks_uri',
  'sector_identifier_uri',
  'request_uris',
  'post_logout_redirect_uris',
  'frontchannel_logout_uri',
  'frontchannel_logout_session_required',
  'backchannel_logout_uri',
  'backchannel_logout_session_required',
  'token_endpoint_auth_signing_alg',
  'request_object_signing_alg',
]
