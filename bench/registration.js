/** What every contender registers: an ordinary web application. */
export const metadata = {
  redirect_uris: ['https://app.example.com/callback', 'https://app.example.com/silent-callback'],
  client_name: 'Example Application',
  client_uri: 'https://app.example.com',
  logo_uri: 'https://app.example.com/logo.png',
  contacts: ['operations@example.com'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'openid profile email',
}

/** What the server answers to that, and every contender reads (RFC 7591 §3.2.1). */
export function registered(requested, number, origin) {
  const client_id = `client-${number}`
  return {
    ...requested,
    client_id,
    client_secret: 'cf136dc3c1fc93f31185e5885805d0c9a1b2c3d4',
    client_id_issued_at: 1_790_000_000,
    client_secret_expires_at: 0,
    registration_access_token: 'this.is.an.access.token.value.ffx83',
    registration_client_uri: `${origin}/register/${client_id}`,
  }
}
