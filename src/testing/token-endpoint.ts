import { type Answer, jsonAnswer } from './answer.js'
import { authenticateClient } from './client-authentication.js'
import type { ServerContext } from './dialect.js'
import { type IncomingRequest, readForm } from './incoming-request.js'
import type { KnownClient } from './known-client.js'
import { invalidRequest, Refusal } from './refusal.js'

/** RFC 6749 section 3.3. */
const SCOPE_SYNTAX = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/

/** RFC 6749 section 4.4, the client credentials grant. */
export async function issueToken(server: ServerContext, request: IncomingRequest): Promise<Answer> {
  const form = readForm(request)
  const client = await authenticateClient(server, request, form)
  checkGrant(server, client, single(form, 'grant_type'))
  return tokenAnswer(server, client, grantedScope(server, client, single(form, 'scope')))
}

export function tokenAnswer(
  { settings, state }: ServerContext,
  client: KnownClient,
  scope: string | undefined,
): Answer {
  const access_token = settings.generate('access_token')
  state.accessTokens.set(access_token, {
    client_id: client.client_id,
    scope: scope ?? '',
    expiresAt: settings.now() + settings.accessTokenLifetime * 1000,
  })
  return jsonAnswer(200, {
    access_token,
    token_type: 'Bearer',
    expires_in: settings.accessTokenLifetime,
    ...(scope !== undefined && { scope }),
  })
}

function single(form: URLSearchParams, name: string): string | undefined {
  const values = form.getAll(name)
  if (values.length > 1) throw invalidRequest(`'${name}' parameter must not be provided twice`)
  return values[0] || undefined
}

function checkGrant({ settings }: ServerContext, client: KnownClient, grantType: string | undefined): void {
  if (grantType === undefined) throw invalidRequest("missing required parameter 'grant_type'")
  const supported = settings.metadata.grant_types_supported
  if (grantType === 'implicit' || (Array.isArray(supported) && !supported.includes(grantType))) {
    throw new Refusal(400, 'unsupported_grant_type', 'unsupported grant_type requested')
  }
  // RFC 6749 section 4.4: client credentials "MUST only be used by confidential clients".
  const forbidden = grantType === 'client_credentials' && client.token_endpoint_auth_method === 'none'
  if (forbidden || !client.grant_types.includes(grantType)) {
    throw new Refusal(400, 'unauthorized_client', 'requested grant type is not allowed for this client')
  }
  // No code and no refresh token was ever issued here, so none can be right.
  if (grantType !== 'client_credentials') throw new Refusal(400, 'invalid_grant', 'grant request is invalid')
}

function grantedScope(
  { settings }: ServerContext,
  client: KnownClient,
  requested: string | undefined,
): string | undefined {
  if (requested === undefined) return undefined
  if (!SCOPE_SYNTAX.test(requested)) {
    throw new Refusal(400, 'invalid_scope', 'scope contains invalid characters')
  }
  const scopes = new Set(requested.split(' '))
  const allowed = client.scope?.split(' ') ?? settings.metadata.scopes_supported
  for (const scope of scopes) {
    if (!Array.isArray(allowed) || allowed.includes(scope)) continue
    throw new Refusal(400, 'invalid_scope', 'requested scope is not allowed', { scope })
  }
  return [...scopes].join(' ')
}
