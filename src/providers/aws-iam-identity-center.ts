import { belowIssuer } from './endpoint.js'
import type { Provider } from './provider.js'

/**
 * AWS IAM Identity Center (SSO OIDC), operation RegisterClient: `{ issuer: 'https://oidc.eu-west-1.amazonaws.com' }`.
 *
 * Names on the wire are camelCase, scopes are a list. Every client is public and is given a secret nevertheless;
 * client and secret both lapse at `client_secret_expires_at`. Nothing of the metadata is answered, nothing managed.
 *
 * @see {@link https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_RegisterClient.html}
 */
export const awsIamIdentityCenter: Provider = {
  name: 'aws-iam-identity-center',
  endpointPath: /\/client\/register\/?$/,
  registrationEndpoint: (server) => server.registration_endpoint ?? belowIssuer(server, '/client/register'),
  management: [],
  members: ['client_name', 'redirect_uris', 'grant_types', 'scope', 'issuerUrl', 'entitledApplicationArn'],
  wireNames: {
    client_id: 'clientId',
    client_secret: 'clientSecret',
    client_id_issued_at: 'clientIdIssuedAt',
    client_secret_expires_at: 'clientSecretExpiresAt',
    client_name: 'clientName',
    redirect_uris: 'redirectUris',
    grant_types: 'grantTypes',
    scope: 'scopes',
  },
  write: ({ scope, ...metadata }) => ({
    ...metadata,
    clientType: 'public',
    ...(scope !== undefined && { scope: `${scope}`.split(' ') }),
  }),
  advice: {
    manage: {
      management_not_supported: 'it lapses by itself at client_secret_expires_at: register another then',
    },
  },
}
