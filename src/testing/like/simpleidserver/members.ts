/** The client metadata SimpleIdServer reads, by type. `jwks_uri` and what else it reads and forgets is not among them. */

export const STRINGS = [
  'application_type',
  'scope',
  'token_endpoint_auth_method',
  'token_signed_response_alg',
  ...encrypted('token_encrypted_response'),
  'id_token_signed_response_alg',
  ...encrypted('id_token_encrypted_response'),
  'userinfo_signed_response_alg',
  ...encrypted('userinfo_encrypted_response'),
  'request_object_signing_alg',
  ...encrypted('request_object_encryption'),
  'authorization_signed_response_alg',
  ...encrypted('authorization_encrypted_response'),
  'sector_identifier_uri',
  'initiate_login_uri',
  'subject_type',
  'backchannel_token_delivery_mode',
  'backchannel_client_notification_endpoint',
  'backchannel_authentication_request_signing_alg',
  'frontchannel_logout_uri',
  'backchannel_logout_uri',
  'credential_offer_endpoint',
]

export const ARRAYS = [
  'grant_types',
  'response_types',
  'redirect_uris',
  'default_acr_values',
  'post_logout_redirect_uris',
  'authorization_data_types',
]

export const BOOLEANS = [
  'backchannel_user_code_parameter',
  'frontchannel_logout_session_required',
  'backchannel_logout_session_required',
  'require_auth_time',
  'dpop_bound_access_tokens',
]

export const NUMBERS = ['default_max_age']

const TRANSLATABLE = ['client_name', 'client_uri', 'logo_uri', 'tos_uri', 'policy_uri']

/** With a language tag or without: `client_name#fr`. */
export function isTranslation(name: string): boolean {
  return TRANSLATABLE.includes(name.split('#', 1)[0] ?? '')
}

function encrypted(name: string): string[] {
  return [`${name}_alg`, `${name}_enc`]
}
