import { basicCredentials } from './basic-credentials.js'
import { assertedClientId, verifyAssertion } from './client-assertion.js'
import type { ServerContext } from './dialect.js'
import type { IncomingRequest } from './incoming-request.js'
import { findClient, type KnownClient, secretMatches } from './known-client.js'
import { invalidClient, invalidRequest } from './refusal.js'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const PARAMETERS = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** What a request presents: one mechanism, and the methods it stands for. */
interface Presented {
  readonly client_id: string | undefined
  readonly methods: readonly string[]
  readonly client_secret?: string
  readonly assertion?: string
}

/** RFC 6749 section 2.3 at the token endpoint. */
export async function authenticateClient(
  server: ServerContext,
  request: IncomingRequest,
  form: URLSearchParams,
): Promise<KnownClient> {
  const authorization = request.headers.get('authorization')
  const presented = presentedCredentials(authorization, form)
  const named = form.get('client_id') || undefined
  const clientId = presented.client_id ?? named
  if (named !== undefined && clientId !== named) throw invalidRequest('client_id mismatch')
  if (!clientId) throw invalidRequest('no client authentication mechanism provided')

  const client = findClient(server, clientId)
  if (!client || !(await proves(server, client, presented))) throw invalidClient(authorization !== null)
  return client
}

function presentedCredentials(authorization: string | null, form: URLSearchParams): Presented {
  const twice = PARAMETERS.find((name) => form.getAll(name).length > 1)
  if (twice) throw invalidRequest(`'${twice}' parameter must not be provided twice`)

  const client_secret = form.get('client_secret')
  const assertion = form.get('client_assertion')
  if ([authorization, client_secret, assertion].filter(Boolean).length > 1) {
    throw invalidRequest('client authentication must only be provided using one mechanism')
  }
  if (client_secret) return { client_id: undefined, methods: ['client_secret_post'], client_secret }
  if (authorization !== null) {
    return { ...basicCredentials(authorization), methods: ['client_secret_basic'] }
  }
  if (assertion) return presentedAssertion(assertion, form.get('client_assertion_type'))
  return { client_id: undefined, methods: ['none'] }
}

function presentedAssertion(assertion: string, type: string | null): Presented {
  const client_id = assertedClientId(assertion)
  if (!type) throw invalidRequest('client_assertion_type must be provided')
  if (type !== ASSERTION_TYPE) {
    throw invalidRequest(`client_assertion_type must have value ${ASSERTION_TYPE}`)
  }
  return { client_id, methods: ['client_secret_jwt', 'private_key_jwt'], assertion }
}

async function proves(server: ServerContext, client: KnownClient, presented: Presented): Promise<boolean> {
  if (!presented.methods.includes(client.token_endpoint_auth_method)) return false
  if (presented.assertion !== undefined) return verifyAssertion(server, client, presented.assertion)
  if (presented.client_secret !== undefined) return secretMatches(server, client, presented.client_secret)
  return true
}
