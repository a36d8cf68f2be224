import type { Endpoints } from '../../endpoints.js'

/** The authorization and the key set endpoint are advertised because OpenID Connect wants them; nothing answers there. */
export function oidcProviderMetadata(issuer: string, endpoints: Endpoints): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${endpoints.base}/auth`,
    token_endpoint: endpoints.token,
    registration_endpoint: endpoints.register,
    jwks_uri: `${endpoints.base}/jwks`,
    scopes_supported: ['openid', 'offline_access', 'profile', 'email', 'register'],
    response_types_supported: ['code id_token', 'code', 'id_token', 'none'],
    response_modes_supported: ['form_post', 'fragment', 'query'],
    grant_types_supported: ['implicit', 'authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'none',
    ],
    token_endpoint_auth_signing_alg_values_supported: [
      'HS256',
      'RS256',
      'PS256',
      'ES256',
      'Ed25519',
      'EdDSA',
    ],
    code_challenge_methods_supported: ['S256'],
    claims_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
  }
}
