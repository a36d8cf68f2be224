import { bearerToken } from './bearer-token.js'
import type { ServerContext } from './dialect.js'
import type { IncomingRequest } from './incoming-request.js'
import { invalidToken, Refusal } from './refusal.js'

/** RFC 7591 section 3: who may register. Returns what uses the token up, once the client is made. */
export function authorizeRegistration(server: ServerContext, request: IncomingRequest): () => void {
  const { settings, state } = server
  if (settings.registration === 'open') return () => {}

  const token = bearerToken(request)
  if (settings.administratorTokens.includes(token)) return () => {}
  if (!state.initialAccessTokens.has(token)) checkAccessToken(server, token)
  return () => spend(server, token)
}

/** Where a token is good for one client, this was it. */
export function spend({ settings, state }: ServerContext, token: string): void {
  if (!settings.singleUse) return
  state.initialAccessTokens.delete(token)
  state.accessTokens.delete(token)
}

function checkAccessToken({ settings, state }: ServerContext, token: string): void {
  const accessToken = state.accessTokens.get(token)
  if (!accessToken || settings.now() >= accessToken.expiresAt) throw invalidToken()
  if (accessToken.scope.split(' ').includes('register')) return
  throw new Refusal(403, 'insufficient_scope', 'access token lacks the scope to register a client', {
    scheme: 'Bearer',
    scope: 'register',
  })
}
