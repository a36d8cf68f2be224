import { belowIssuer } from './endpoint.js'
import type { Provider } from './provider.js'

/** Members with a standard name, and those of its ClientRepresentation that are worth asking for beside them. */
const MEMBERS = [
  ...['client_name', 'client_uri', 'redirect_uris', 'grant_types', 'token_endpoint_auth_method'],
  ...['description', 'enabled', 'rootUrl', 'adminUrl', 'webOrigins', 'attributes', 'consentRequired'],
  ...['defaultClientScopes', 'optionalClientScopes', 'fullScopeAllowed', 'protocolMappers', 'clientId'],
]

/** Its switches, by the grant type that each of them is for. */
const SWITCHES = {
  authorization_code: 'standardFlowEnabled',
  implicit: 'implicitFlowEnabled',
  password: 'directAccessGrantsEnabled',
  client_credentials: 'serviceAccountsEnabled',
}

type Grant = keyof typeof SWITCHES

/**
 * Keycloak's client registration provider `default`, which speaks Keycloak's own ClientRepresentation.
 *
 * Names are translated both ways; the authentication method `none` is its `publicClient`, and grant types are its
 * flow switches. Other native members, such as `webOrigins`, go through under their own names; what is neither is left
 * out. An update keeps what it omits; name and URI are removed by sending them empty.
 *
 * @see {@link https://www.keycloak.org/securing-apps/client-registration}, keycloak ClientRepresentation.java
 */
export const keycloakDefault: Provider = {
  name: 'keycloak-default',
  endpointPath: /\/clients-registrations\/default\/?$/,
  registrationEndpoint: (server) =>
    server.registration_endpoint?.replace(/\/openid-connect$/, '/default') ??
    belowIssuer(server, '/clients-registrations/default'),
  managedAt: 'path',
  members: MEMBERS,
  emptied: ['client_name', 'client_uri'],
  wireNames: {
    client_id: 'clientId',
    client_secret: 'secret',
    client_name: 'name',
    client_uri: 'baseUrl',
    redirect_uris: 'redirectUris',
    registration_access_token: 'registrationAccessToken',
  },
  write: ({ grant_types: grants, token_endpoint_auth_method: method, ...metadata }) => ({
    ...metadata,
    ...(method !== undefined && { publicClient: method === 'none' }),
    ...(Array.isArray(grants) &&
      Object.fromEntries(Object.entries(SWITCHES).map(([grant, name]) => [name, grants.includes(grant)]))),
  }),
  read: ({ publicClient, ...answer }) => ({
    ...(publicClient !== undefined && {
      token_endpoint_auth_method: publicClient === true ? 'none' : 'client_secret_basic',
    }),
    ...(answer.standardFlowEnabled !== undefined && {
      grant_types: Object.keys(SWITCHES).filter((grant) => answer[SWITCHES[grant as Grant]] === true),
    }),
    ...answer,
  }),
  advice: { register: { forbidden: 'as shipped, the realm forbids it to anonymous clients' } },
}
