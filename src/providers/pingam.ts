import type { Provider } from './provider.js'

const LISTS = ['grant_types', 'response_types']

/**
 * PingAM (ForgeRock AM), PingOne Advanced Identity Cloud and OpenAM.
 *
 * Scopes are a list named `scopes`, both ways. Clients are managed at the registration endpoint with the parameter
 * `client_id`. An empty list of grant or response types would make a client that can do nothing, so it is not sent.
 *
 * @see {@link https://docs.pingidentity.com/pingam/latest/am-oidc1/rest-api-oauth2-register-endpoint.html}, OpenAM OpenAMOpenIdConnectClientRegistrationService.java
 */
export const pingAm: Provider = {
  name: 'pingam',
  endpointPath: /\/oauth2\/(.+\/)?register$/,
  clientUri: 'query',
  write: ({ scope, ...metadata }) => ({
    ...Object.fromEntries(
      Object.entries(metadata).filter(([member, value]) => !LISTS.includes(member) || `${value}` !== ''),
    ),
    ...(scope !== undefined && { scopes: `${scope}`.split(' ') }),
  }),
  read: ({ scopes, ...answer }) => ({
    ...answer,
    ...(Array.isArray(scopes) && { scope: scopes.join(' ') }),
  }),
}
