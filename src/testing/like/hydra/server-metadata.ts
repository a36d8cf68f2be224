import type { Endpoints } from '../../endpoints.js'

/** Without a `registration_endpoint`: the operator has to write one down. */
export function hydraMetadata(issuer: string, { base, token }: Endpoints): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${base}/oauth2/auth`,
    token_endpoint: token,
    jwks_uri: `${base}/.well-known/jwks.json`,
    userinfo_endpoint: `${base}/userinfo`,
    scopes_supported: ['offline_access', 'offline', 'openid'],
    response_types_supported: ['code', 'code id_token', 'id_token', 'token id_token', 'token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: ['authorization_code', 'implicit', 'client_credentials', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    userinfo_signing_alg_values_supported: ['none', 'RS256'],
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'client_secret_basic',
      'private_key_jwt',
      'none',
    ],
    code_challenge_methods_supported: ['plain', 'S256'],
    claims_supported: ['sub'],
    claims_parameter_supported: false,
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
  }
}
