import type { Endpoints } from '../../endpoints.js'

/** Whether the real document lists the registration endpoint is not known; MCP clients could not find it otherwise. */
export function aworkMetadata(issuer: string, { base, token, register }: Endpoints): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${base}/api/v1/accounts/authorize`,
    token_endpoint: token,
    registration_endpoint: register,
    scopes_supported: ['full_access', 'offline_access'],
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
    code_challenge_methods_supported: ['S256'],
  }
}
