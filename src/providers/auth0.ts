import type { Provider } from './provider.js'

/**
 * Auth0.
 *
 * Its default method of client authentication is `client_secret_post`, not the `client_secret_basic` of RFC 7591 §2:
 * an answer with a secret that names none is read so. Clients are not managed by whoever registered them, and
 * registration is off until a tenant switches it on.
 *
 * @see {@link https://auth0.com/docs/get-started/applications/dynamic-client-registration}
 */
export const auth0: Provider = {
  name: 'auth0',
  endpointPath: /\/oidc\/register\/?$/,
  management: [],
  read: (answer) =>
    answer.client_secret && !answer.token_endpoint_auth_method
      ? { ...answer, token_endpoint_auth_method: 'client_secret_post' }
      : answer,
  advice: {
    manage: {
      management_not_supported:
        'the administrator of the tenant manages it, in the dashboard or by the Management API',
    },
  },
}
