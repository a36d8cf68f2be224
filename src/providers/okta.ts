import type { Provider } from './provider.js'

/**
 * Okta.
 *
 * Everything is done with an administrator's API token, as `initialAccessToken`, in Okta's own scheme `SSWS`; for an
 * OAuth access token with the scope `okta.clients.manage` spread it: `{ ...okta, scheme: 'Bearer' }`. There are no
 * registration access tokens. An update that lacks a setting fails, so it starts from a fresh read.
 *
 * @see okta/okta-developer-docs, reference/api/oauth-clients
 */
export const okta: Provider = {
  name: 'okta',
  endpointPath: /\/oauth2\/v1\/clients\/?$/,
  registrationEndpoint: (server) =>
    server.registration_endpoint ?? new URL('/oauth2/v1/clients', server.issuer).href,
  scheme: 'SSWS',
  manageWith: 'initial_access_token',
  managedAt: 'path',
  readBeforeUpdate: true,
  advice: {
    manage: { unauthorized: 'Okta says so of a wrong API token and of an unknown client alike' },
  },
}
