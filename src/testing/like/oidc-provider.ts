import { jsonAnswer, notFound } from '../answer.js'
import type { Dialect } from '../dialect.js'
import { readJsonObject } from '../incoming-request.js'
import { authorizeManagement } from '../management-access.js'
import { refusalAnswer } from '../refusal.js'
import { authorizeRegistration } from '../registration-access.js'
import { issueToken } from '../token-endpoint.js'
import { acceptMetadata, needsSecret } from './oidc-provider/metadata-rules.js'
import { oidcProviderMetadata } from './oidc-provider/server-metadata.js'
import { readUpdate } from './oidc-provider/update-request.js'

/** What answers without `like`: oidc-provider 9, where it keeps to the RFCs. */
export const oidcProvider: Dialect = {
  defaults: {
    paths: { token: '/token', register: '/register' },
    metadata: oidcProviderMetadata,
    tokenClientAuthMethod: 'client_secret_basic',
  },
  authorizeRegistration,
  readRegistration: (request) => readJsonObject(request, 'client registration request must be a JSON object'),
  authorizeManagement,
  readUpdate,
  accept: (requested, settings) => acceptMetadata(requested, settings.metadata),
  needsNewSecret: (metadata, settings, current) =>
    current?.client_secret === undefined ? needsSecret(metadata) : settings.renewSecretOnUpdate,
  describeClient: (client, { operation }) => jsonAnswer(operation === 'register' ? 201 : 200, client),
  issueToken,
  refuse: (refusal, _operation, { issuer }) => refusalAnswer(refusal, issuer),
  notOffered: notFound,
}
