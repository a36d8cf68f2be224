import { belowIssuer } from './endpoint.js'
import type { Provider } from './provider.js'

const SWITCHED_OFF =
  'dynamic registration is switched off there: its setting is oidc.dynamic_client_registration.enabled'

/**
 * Ory Hydra, and the Ory Network.
 *
 * Its metadata names no registration endpoint unless an operator adds one: it is `/oauth2/register` below the issuer.
 * Of what it answers it refuses `metadata` and the strategy and consent members when they come back, so an update
 * leaves them out. It answers 404 to everything while registration is switched off, and 401 to an unknown client.
 *
 * @see {@link https://www.ory.com/docs/hydra/guides/oauth2-clients}, ory/hydra client/handler.go and client/validator.go
 */
export const hydra: Provider = {
  name: 'hydra',
  endpointPath: /\/oauth2\/register\/?$/,
  registrationEndpoint: (server) => server.registration_endpoint ?? belowIssuer(server, '/oauth2/register'),
  notSentBack: [
    'metadata',
    'access_token_strategy',
    'skip_consent',
    'skip_logout_consent',
    'created_at',
    'updated_at',
  ],
  advice: {
    register: { not_found: SWITCHED_OFF },
    manage: {
      not_found: SWITCHED_OFF,
      unauthorized: 'Hydra says so of a wrong token and of an unknown client alike',
    },
  },
}
