import { emptyAnswer, jsonAnswer } from '../answer.js'
import type { Dialect } from '../dialect.js'
import { authorizeManagement, authorizeRegistration } from './simpleidserver/access.js'
import { describeClient, leadsNowhere } from './simpleidserver/describe-client.js'
import { acceptMetadata } from './simpleidserver/metadata-rules.js'
import { readRegistration, readUpdate } from './simpleidserver/read-request.js'
import { simpleIdServerMetadata } from './simpleidserver/server-metadata.js'
import { issueToken } from './simpleidserver/token-endpoint.js'

/** SimpleIdServer 4. A realm is a path in the issuer. */
export const simpleIdServer: Dialect = {
  defaults: {
    paths: { token: '/token', register: '/register' },
    metadata: simpleIdServerMetadata,
    tokenClientAuthMethod: 'client_secret_post',
    options: {
      layouts: ['openid-configuration', 'oauth-authorization-server-appended'],
      registration: 'protected',
      // Half an hour, as its other tokens.
      accessTokenLifetime: 1800,
      rotateOnUpdate: false,
      generate: () => crypto.randomUUID(),
    },
  },
  authorizeRegistration,
  readRegistration,
  authorizeManagement,
  readUpdate,
  accept: acceptMetadata,
  // Every client gets one, whatever it authenticates with.
  needsNewSecret: (_metadata, settings, current) => !current || settings.renewSecretOnUpdate,
  describeClient,
  issueToken,
  refuse: ({ error, message: error_description }) => jsonAnswer(400, { error, error_description }),
  notOffered: () => emptyAnswer(404),
  leadsNowhere,
}
