import type { Endpoints } from '../../endpoints.js'

export function simpleIdServerMetadata(issuer: string, endpoints: Endpoints): Record<string, unknown> {
  const { base, token, register } = endpoints
  return {
    issuer,
    authorization_endpoint: `${base}/authorization`,
    token_endpoint: token,
    registration_endpoint: register,
    jwks_uri: `${base}/jwks`,
    // The order in which a client gets those it asked for.
    scopes_supported: ['profile', 'openid', 'email', 'address', 'phone', 'offline_access', 'register'],
    response_types_supported: ['code', 'token', 'id_token'],
    grant_types_supported: [
      'authorization_code',
      'implicit',
      'client_credentials',
      'refresh_token',
      'password',
    ],
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'client_secret_basic',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
    ],
  }
}
