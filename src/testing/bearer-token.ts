import type { IncomingRequest } from './incoming-request.js'
import { invalidRequest, noToken } from './refusal.js'

/** RFC 6750 section 2.1 only: a token in the query is refused. */
export function bearerToken(
  { headers, url }: IncomingRequest,
  challenge: 'Bearer' | 'Basic' = 'Bearer',
): string {
  const authorization = headers.get('authorization')
  const inQuery = url.searchParams.get('access_token')
  if (authorization && inQuery) {
    throw invalidRequest('access token must only be provided using one mechanism')
  }
  if (inQuery) throw invalidRequest('access tokens must not be provided via query parameter')
  if (!authorization) throw noToken(challenge)

  const [scheme, token, ...rest] = authorization.split(' ')
  if (scheme === undefined || !token || rest.length > 0) {
    throw invalidRequest('invalid authorization header value format')
  }
  if (scheme.toLowerCase() !== 'bearer') {
    throw invalidRequest('authorization header scheme must be `Bearer`')
  }
  return token
}
