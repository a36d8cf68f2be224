import { DcrError } from '../errors.js'
import type { AuthorizationServerMetadata } from './types.js'

/** The endpoints that others are sent to by what this module returns. Those that it calls itself, the library checks. */
const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'userinfo_endpoint',
  'revocation_endpoint',
] as const

/**
 * Refuses endpoints that are not `https:`, or `http:` on this machine where the issuer is that too: a browser would
 * run a `javascript:` one, and anybody could read what is sent to an `http:` one.
 */
export function checkEndpoints(server: Partial<AuthorizationServerMetadata>, issuer: string): void {
  for (const name of ENDPOINTS) {
    const value = server[name]
    if (value === undefined || value === null) continue
    const url = parse(value)
    if (url?.protocol === 'https:' || (url && isLoopback(url) && parse(issuer)?.protocol === 'http:'))
      continue
    const code = url?.protocol === 'http:' ? 'insecure_url' : 'invalid_url'
    throw refusedUrl(code, `The ${name} in the metadata of ${issuer}`)
  }
}

export function refusedUrl(code: 'insecure_url' | 'invalid_url', what: string): DcrError {
  return new DcrError(code, `${what} is not an https URL. Nothing was sent.`, { outcome: 'not_sent' })
}

/** Whether a redirect leads into an app: to this machine, or by a scheme of the app's own (RFC 8252 §7). */
export function isAppRedirect(uri: string): boolean {
  const url = parse(uri)
  return url !== undefined && url.protocol !== 'https:' && (url.protocol !== 'http:' || isLoopback(url))
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && (/^(localhost|\[::1\])$/.test(hostname) || /^127(\.\d+){3}$/.test(hostname))
}

export function parse(text: unknown): URL | undefined {
  try {
    return new URL(`${text}`)
  } catch {
    return undefined
  }
}
