import type { Provider } from './provider.js'

/** What its converter of registration requests knows: another list, object, number or boolean ends in a 500. */
const MEMBERS = [
  ...['application_type', 'software_statement', 'grant_types', 'scope', 'token_endpoint_auth_method'],
  ...['response_types', 'redirect_uris', 'jwks_uri', 'sector_identifier_uri', 'initiate_login_uri'],
  ...['token_signed_response_alg', 'token_encrypted_response_alg', 'token_encrypted_response_enc'],
  ...['id_token_signed_response_alg', 'id_token_encrypted_response_alg', 'id_token_encrypted_response_enc'],
  ...['userinfo_signed_response_alg', 'userinfo_encrypted_response_alg', 'userinfo_encrypted_response_enc'],
  ...['request_object_signing_alg', 'request_object_encryption_alg', 'request_object_encryption_enc'],
  ...['authorization_signed_response_alg', 'authorization_encrypted_response_alg'],
  ...['authorization_encrypted_response_enc', 'authorization_data_types', 'credential_offer_endpoint'],
  ...['subject_type', 'default_max_age', 'require_auth_time', 'default_acr_values'],
  ...['backchannel_token_delivery_mode', 'backchannel_client_notification_endpoint'],
  ...['backchannel_authentication_request_signing_alg', 'backchannel_user_code_parameter'],
  ...['frontchannel_logout_uri', 'frontchannel_logout_session_required'],
  ...['backchannel_logout_uri', 'backchannel_logout_session_required'],
  ...['post_logout_redirect_uris', 'dpop_bound_access_tokens'],
  ...['client_name', 'client_uri', 'logo_uri', 'tos_uri', 'policy_uri'],
  ...['client_name#', 'client_uri#', 'logo_uri#', 'tos_uri#', 'policy_uri#'],
]

/**
 * SimpleIdServer, with realms or without.
 *
 * Its `registration_client_uri` lacks the path and the realm of the endpoint, so clients are managed at
 * `{registration_endpoint}/{client_id}`. It takes an update as a form and not as JSON, and fails on what it does not
 * know, which is therefore left out. What is wrong about an initial access token it says with 400. Register with
 * `registrationToken()`: it wants an access token with the scope `register` and no other.
 *
 * @see simpleidserver/SimpleIdServer Api/Register/RegistrationController.cs, Api/TranslatableRequestConverter.cs
 */
export const simpleIdServer: Provider = {
  name: 'simpleidserver',
  endpointPath: /\/register\/?$/,
  managedAt: 'path',
  members: MEMBERS,
  updateFormat: 'form',
  errors: { access_denied: 'unauthorized', invalid_token: 'unauthorized', request_denied: 'unauthorized' },
  advice: {
    register: { unauthorized: 'it takes an access token with the scope register and no other' },
  },
}
