import type { Answer } from '../../answer.js'
import { decodeBase64url } from '../../base64url.js'
import { assertedClientId, verifyAssertion } from '../../client-assertion.js'
import type { ServerContext } from '../../dialect.js'
import { type IncomingRequest, readForm } from '../../incoming-request.js'
import { findClient, type KnownClient, secretMatches } from '../../known-client.js'
import { Refusal } from '../../refusal.js'
import { tokenAnswer } from '../../token-endpoint.js'

const GRANT = 'client_credentials'

/** The client credentials grant. Unlike elsewhere it wants a scope, and says why a client is refused. */
export async function issueToken(server: ServerContext, request: IncomingRequest): Promise<Answer> {
  const form = readForm(request)
  if (form.get('grant_type') !== GRANT) throw refusal('invalid_grant', 'bad grant type')
  const scope = form.get('scope')?.trim()
  if (!scope) throw refusal('invalid_request', 'missing parameter scope')

  const client = await authenticateClient(server, request, form)
  if (!client.grant_types.includes(GRANT)) {
    throw refusal('invalid_client', `grant type ${GRANT} is not supported by the client`)
  }
  const allowed = client.scope?.split(' ') ?? server.settings.metadata.scopes_supported
  const refused = scope.split(' ').filter((one) => Array.isArray(allowed) && !allowed.includes(one))
  if (refused.length > 0) throw refusal('invalid_scope', `unauthorized to scopes : ${refused}`)
  return tokenAnswer(server, client, scope)
}

/** The client's registered method says where its proof is looked for, and only there. */
async function authenticateClient(
  server: ServerContext,
  { headers }: IncomingRequest,
  form: URLSearchParams,
): Promise<KnownClient> {
  const assertion = form.get('client_assertion')
  const basic = basicCredentials(headers.get('authorization') ?? '')
  const clientId = assertion ? assertedClientId(assertion) : (basic?.[0] ?? form.get('client_id'))
  if (!clientId) throw refusal('invalid_client', 'missing client_id')
  const client = findClient(server, clientId)
  if (!client) throw refusal('invalid_client', `unknown client ${clientId}`)

  const proven = await proves(server, client, {
    client_secret_basic: basic?.[1],
    client_secret_post: form.get('client_secret'),
    client_secret_jwt: assertion,
    private_key_jwt: assertion,
  })
  if (!proven) throw refusal('invalid_client', 'bad client credential')
  return client
}

async function proves(
  server: ServerContext,
  client: KnownClient,
  proofs: Readonly<Record<string, string | null | undefined>>,
): Promise<boolean> {
  const method = client.token_endpoint_auth_method
  const proof = Object.hasOwn(proofs, method) ? proofs[method] : undefined
  if (!proof) return false
  return method.endsWith('_jwt')
    ? verifyAssertion(server, client, proof)
    : secretMatches(server, client, proof)
}

/** Not RFC 6749 section 2.3.1: the halves are taken as they are, and neither may have a colon. */
function basicCredentials(authorization: string): [string, string] | undefined {
  const [, token] = /^Basic (\S+)$/.exec(authorization) ?? []
  if (token === undefined) return undefined
  try {
    const [id, secret, ...rest] = new TextDecoder().decode(decodeBase64url(token)).split(':')
    return id && secret && rest.length === 0 ? [id, secret] : undefined
  } catch {
    return undefined
  }
}

function refusal(error: string, description: string): Refusal {
  return new Refusal(400, error, description)
}
