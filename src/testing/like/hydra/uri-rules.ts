import type { Members } from '../../dialect.js'
import { invalidClientMetadata, invalidRedirectUri } from './refusals.js'

/** http or https, since v25.4.0 (`tos_uri`) and v26.2.0. */
export function checkWebUris(metadata: Members): void {
  for (const name of ['tos_uri', 'policy_uri', 'logo_uri', 'client_uri']) {
    const value = metadata[name]
    if (typeof value !== 'string') continue
    if (!parses(value)) throw invalidClientMetadata(`Field ${name} must be a valid URI.`)
    if (!isWeb(value)) {
      throw invalidClientMetadata(`${name} ${value} must use https:// or http:// as HTTP scheme.`)
    }
  }
}

export function checkAllowedOrigins(origins: unknown): void {
  for (const origin of (origins ?? []) as string[]) {
    if (!isWeb(origin)) {
      throw invalidClientMetadata(`Origin URL ${origin} must use https:// or http:// as HTTP scheme.`)
    }
    const { username, password, pathname, search, hash } = new URL(origin)
    if (username || password) {
      throw invalidClientMetadata(
        `Origin URL ${origin} has HTTP user and/or password set which is not allowed.`,
      )
    }
    if (pathname !== '/' || search || hash) {
      throw invalidClientMetadata(
        `Origin URL ${origin} must have an empty path, query, and fragment but one of the parts is not empty.`,
      )
    }
  }
}

/** Any scheme and any host will do: http, localhost, an app's own scheme, even an absolute path. */
export function checkRedirectUris(metadata: Members): void {
  const redirectUris = (metadata.redirect_uris ?? []) as string[]
  for (const uri of redirectUris) {
    if (uri.includes('#')) throw invalidRedirectUri('Redirect URIs must not contain fragments (#).')
    if (!parses(uri)) throw invalidRedirectUri(`Unable to parse redirect URL: ${uri}`)
  }
  const places = new Set(redirectUris.map(placeOf))
  for (const uri of (metadata.post_logout_redirect_uris ?? []) as string[]) {
    if (!parses(uri)) throw invalidClientMetadata(`Unable to parse post_logout_redirect_uri: ${uri}`)
    if (places.has(placeOf(uri))) continue
    throw invalidClientMetadata(
      `post_logout_redirect_uri '${uri}' must match the domain, port, scheme of at least one of the registered redirect URIs but did not`,
    )
  }
}

function parses(uri: string): boolean {
  return uri.startsWith('/') || URL.canParse(uri)
}

function isWeb(uri: string): boolean {
  return URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol)
}

/** Scheme, host and port, which for an absolute path are all empty. */
function placeOf(uri: string): string {
  if (uri.startsWith('/')) return ''
  const { protocol, host } = new URL(uri)
  return `${protocol}//${host}`
}
