import type { Provider } from './provider.js'

/**
 * PingAM (ForgeRock AM), PingOne Advanced Identity Cloud and OpenAM.
 *
 * Scopes are a list named `scopes`, both ways. Clients are managed at the registration endpoint with the parameter
 * `client_id`. An empty list would make a client that can do nothing, so none is sent.
 *
 * @see {@link https://developer.pingidentity.com/pingoneaic-api/am-oidc1/rest-api-oauth2-register-endpoint.html}, OpenAM OpenAMOpenIdConnectClientRegistrationService.java
 */
export const pingAm: Provider = {
  name: 'pingam',
  endpointPath: /\/oauth2\/(.+\/)?register\/?$/,
  managedAt: 'query',
  emptyLists: false,
  write: ({ scope, ...metadata }) => ({
    ...metadata,
    ...(scope !== undefined && { scopes: `${scope}`.split(' ') }),
  }),
  read: ({ scopes, ...answer }) => ({
    scope: Array.isArray(scopes) ? scopes.join(' ') : scopes,
    ...answer,
  }),
}
