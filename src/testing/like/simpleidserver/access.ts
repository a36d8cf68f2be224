import { emptyAnswer } from '../../answer.js'
import { decodeBase64url } from '../../base64url.js'
import type { ServerContext } from '../../dialect.js'
import type { IncomingRequest } from '../../incoming-request.js'
import { namedClient } from '../../management-access.js'
import { ReadyRefusal, Refusal } from '../../refusal.js'
import { spend } from '../../registration-access.js'
import type { RegisteredClient } from '../../state.js'

/** Everything that is wrong is 400: the status it means to send gets lost on the way. */
export function authorizeRegistration(server: ServerContext, request: IncomingRequest): () => void {
  const { settings, state } = server
  if (settings.registration === 'open') return () => {}

  const [, token] = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '') ?? []
  if (token === undefined) throw new Refusal(400, 'access_denied', 'missing token')
  if (settings.administratorTokens.includes(token)) return () => {}
  if (!state.initialAccessTokens.has(token)) checkAccessToken(server, token)
  return () => spend(server, token)
}

function checkAccessToken({ settings, state }: ServerContext, token: string): void {
  const accessToken = state.accessTokens.get(token)
  if (!accessToken && isJwt(token)) {
    throw new Refusal(400, 'invalid_request', 'the token was not issued by this server')
  }
  if (!accessToken || settings.now() >= accessToken.expiresAt) {
    const description = 'either the access token has been revoked or is invalid'
    throw new Refusal(400, 'invalid_token', description)
  }
  // The scopes of a token are one claim: with a second scope in it, it is no longer equal.
  if (accessToken.scope === 'register') return
  const description = "you're not authorized to access to the permissions endpoint"
  throw new Refusal(400, 'request_denied', description)
}

function isJwt(token: string): boolean {
  const [header = '', ...rest] = token.split('.')
  if (rest.length !== 2) return false
  try {
    return typeof JSON.parse(new TextDecoder().decode(decodeBase64url(header))) === 'object'
  } catch {
    return false
  }
}

/** The token is looked for first, then the client, then whether they belong together. */
export function authorizeManagement(server: ServerContext, request: IncomingRequest): RegisteredClient {
  const parts = request.headers.get('authorization')?.split(' ') ?? []
  // Of two parts the first may say anything.
  if (parts.length !== 2 && parts[0] !== 'Bearer') throw new ReadyRefusal(emptyAnswer(401))
  const client = namedClient(server, request)
  if (!client) throw new ReadyRefusal(emptyAnswer(404))
  if (client.registration_access_token !== parts.at(-1)) throw new ReadyRefusal(emptyAnswer(401))
  return client
}
