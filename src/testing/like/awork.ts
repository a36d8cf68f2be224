import { type Answer, jsonAnswer } from '../answer.js'
import type { Dialect, Members, Occasion, ServerContext } from '../dialect.js'
import { generateValue } from '../generate-value.js'
import type { IncomingRequest } from '../incoming-request.js'
import { invalidToken, ReadyRefusal, Refusal, refusalAnswer } from '../refusal.js'
import type { RegisteredClient } from '../state.js'
import { errorAnswer, notFound } from './awork/errors.js'
import { acceptMetadata, MEMBERS } from './awork/metadata-rules.js'
import { aworkMetadata } from './awork/server-metadata.js'
import { oidcProvider } from './oidc-provider.js'

/** awork as documented in August 2026: it registers, and never speaks of the client again. */
export const awork: Dialect = {
  ...oidcProvider,
  defaults: {
    paths: { token: '/api/v1/accounts/token', register: '/api/v1/clientapplications/register' },
    metadata: aworkMetadata,
    tokenClientAuthMethod: 'client_secret_basic',
    options: {
      layouts: ['openid-configuration'],
      management: 'none',
      generate: (kind) => (kind === 'client_id' ? 'dcr_' : '') + generateValue(kind),
    },
  },
  authorizeRegistration,
  authorizeManagement: () => {
    throw new ReadyRefusal(notFound())
  },
  accept: acceptMetadata,
  describeClient,
  refuse: (refusal, operation, settings) =>
    operation === 'token' ? refusalAnswer(refusal, settings.issuer) : errorAnswer(refusal, settings),
  notOffered: notFound,
}

function authorizeRegistration(server: ServerContext, request: IncomingRequest): () => void {
  try {
    return oidcProvider.authorizeRegistration(server, request)
  } catch (error) {
    // It has one answer to whoever may not.
    throw error instanceof Refusal ? invalidToken() : error
  }
}

function describeClient(client: RegisteredClient, { requested = {} }: Occasion): Answer {
  const echoed: Members = Object.fromEntries(MEMBERS.map((name) => [name, requested[name] ?? null]))
  return jsonAnswer(201, {
    ...echoed,
    client_id: client.client_id,
    client_secret: client.client_secret ?? null,
    client_secret_expires_at: client.client_secret_expires_at ?? 0,
    client_id_issued_at: client.client_id_issued_at,
  })
}
