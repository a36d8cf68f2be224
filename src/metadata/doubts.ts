import type { Call } from '../http/call.js'
import { isLoopback, parse } from '../http/url.js'
import type { JsonObject } from '../json.js'

type Doubt = readonly [member: string, message: string]

/**
 * Warns of what looks wrong and yet is the server's to judge.
 *
 * @param before - What is registered already: what is doubtful there is nothing that this call asks for.
 */
export function warnOfDoubts(metadata: JsonObject, { warn }: Call, before?: JsonObject): void {
  const known = before ? doubtsAbout(before).map(([, message]) => message) : []
  for (const [member, message] of doubtsAbout(metadata))
    if (!known.includes(message)) warn('questionable_metadata', message, member)
}

function doubtsAbout({ scope, jwks_uri, application_type, ...metadata }: JsonObject): Doubt[] {
  const doubts: Doubt[] = []
  const grants = texts(metadata.grant_types ?? ['authorization_code'])
  const redirects = texts(metadata.redirect_uris)
  const redirecting = grants.includes('authorization_code') || grants.includes('implicit')

  if (redirecting !== redirects.length > 0) {
    const needed = 'A grant that redirects needs redirect_uris.'
    doubts.push(['redirect_uris', redirecting ? needed : 'No grant of this client redirects.'])
  }
  const isCode = texts(metadata.response_types).some((type) => type.includes('code'))
  if (isCode && !grants.includes('authorization_code'))
    doubts.push(['response_types', 'The response type code needs the grant type authorization_code.'])
  if (
    typeof scope === 'string' &&
    scope.split(' ').includes('offline_access') &&
    !grants.includes('refresh_token')
  )
    doubts.push(['grant_types', 'The scope offline_access needs the grant type refresh_token.'])
  for (const uri of redirects) {
    // What most are, and needs no URL to be made of it.
    if (uri.startsWith('https://') && URL.canParse(uri)) continue
    const url = parse(uri)
    if (url?.protocol === 'http:' && !isLoopback(url))
      doubts.push(['redirect_uris', 'A redirect URI is http, and not to this machine.'])
    else if (url?.protocol !== 'https:' && application_type !== 'native') {
      const message = 'Redirects to an app or to this machine need the application_type native.'
      doubts.push(['application_type', message])
    }
  }
  if (typeof jwks_uri === 'string' && /^http:/i.test(jwks_uri))
    doubts.push(['jwks_uri', 'Keys that travel by http can be replaced on their way.'])
  return doubts
}

/** What a server has answered may hold anything, and is registered all the same. */
function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
