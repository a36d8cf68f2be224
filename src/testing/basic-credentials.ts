import { decodeBase64url } from './base64url.js'
import { invalidRequest } from './refusal.js'

export interface ClientCredentials {
  readonly client_id: string
  readonly client_secret: string
}

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are joined and put into base64. */
export function basicCredentials(authorization: string): ClientCredentials {
  const [scheme, token, ...rest] = authorization.split(' ')
  const pair = token && decodePair(token)
  if (scheme?.toLowerCase() !== 'basic' || !pair || rest.length > 0 || !pair.includes(':')) {
    throw invalidRequest('invalid authorization header value format')
  }
  const colon = pair.indexOf(':')
  const client_id = decodeFormComponent(pair.slice(0, colon))
  const client_secret = decodeFormComponent(pair.slice(colon + 1))
  if (!client_secret) throw invalidRequest('client_secret must be provided in the Authorization header')
  return { client_id, client_secret }
}

function decodePair(token: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined
  try {
    return new TextDecoder().decode(decodeBase64url(token))
  } catch {
    return undefined
  }
}

function decodeFormComponent(text: string): string {
  const decoded = percentDecode(text.replaceAll('+', ' '))
  // RFC 6749 appendix A.1 and A.2: visible ASCII and the space, nothing else.
  if (decoded === undefined || /[^\x20-\x7E]/.test(decoded)) {
    throw invalidRequest('client_id and client_secret in the authorization header are not properly encoded')
  }
  return decoded
}

function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
