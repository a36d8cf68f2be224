import { belowIssuer } from './endpoint.js'
import type { Provider } from './provider.js'

/**
 * awork, `https://api.awork.com`.
 *
 * Anybody may register, at `/api/v1/clientapplications/register`. Nothing is managed: to change a client is to
 * register another, with `metadataOf(client, changes)`; the first one stays.
 *
 * @see {@link https://developers.awork.com/apiv1/client-applications/register-client-application}
 */
export const awork: Provider = {
  name: 'awork',
  endpointPath: /\/clientapplications\/register\/?$/,
  registrationEndpoint: (server) =>
    server.registration_endpoint ?? belowIssuer(server, '/api/v1/clientapplications/register'),
  management: [],
}
