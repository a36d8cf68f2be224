import type { Dialect, Members } from '../dialect.js'
import { generateValue } from '../generate-value.js'
import type { IncomingRequest } from '../incoming-request.js'
import { type Refusal, refusalAnswer } from '../refusal.js'
import { authorizeManagement, TOKEN_PREFIX } from './hydra/access.js'
import { decodeClient } from './hydra/decode.js'
import { describeClient } from './hydra/describe-client.js'
import { acceptMetadata } from './hydra/metadata-rules.js'
import { badRequest, forbidden, notEnabled } from './hydra/refusals.js'
import { hydraMetadata } from './hydra/server-metadata.js'
import { oidcProvider } from './oidc-provider.js'

/** Ory Hydra as of its master in July 2026. */
export const hydra: Dialect = {
  ...oidcProvider,
  defaults: {
    paths: { token: '/oauth2/token', register: '/oauth2/register' },
    metadata: hydraMetadata,
    tokenClientAuthMethod: 'client_secret_basic',
    options: {
      layouts: ['openid-configuration'],
      generate: (kind) => (kind.endsWith('access_token') ? TOKEN_PREFIX : '') + generateValue(kind),
    },
  },
  // It knows no initial access token, and looks at no Authorization.
  authorizeRegistration: () => () => {},
  readRegistration: (request) =>
    withoutSecret(decoded(request, 'Unable to decode the request body: it is not a client.'), badRequest),
  authorizeManagement,
  readUpdate: (request) =>
    withoutSecret(decoded(request, 'Unable to decode the request body. Is it valid JSON?'), forbidden),
  accept: acceptMetadata,
  // A client that authenticates with a key gets one too. An update never makes one.
  needsNewSecret: ({ token_endpoint_auth_method: method }, _settings, current) =>
    !current && method !== 'none',
  describeClient,
  notOffered: ({ issuer }) => refusalAnswer(notEnabled(), issuer),
}

function decoded({ body }: IncomingRequest, complaint: string): Members {
  const client = decodeClient(body)
  if (!client) throw badRequest(complaint)
  return client
}

function withoutSecret(client: Members, refuse: (reason: string) => Refusal): Members {
  if (client.client_secret) throw refuse('It is not allowed to choose your own OAuth2 Client secret.')
  return client
}
