import { type Answer, notFound } from './answer.js'
import type { ServerContext } from './dialect.js'
import type { IncomingRequest } from './incoming-request.js'
import type { DiscoveryLayout } from './options.js'

/** RFC 8414 section 3.1 and OpenID Connect Discovery section 4: where the document of each layout is. */
export function wellKnownUrls(base: string): Record<DiscoveryLayout, string> {
  const { origin } = new URL(base)
  const path = base.slice(origin.length)
  return {
    'oauth-authorization-server': `${origin}/.well-known/oauth-authorization-server${path}`,
    'openid-configuration': `${base}/.well-known/openid-configuration`,
    'openid-configuration-inserted': `${origin}/.well-known/openid-configuration${path}`,
    'oauth-authorization-server-appended': `${base}/.well-known/oauth-authorization-server`,
  }
}

export function describeServer({ settings }: ServerContext, { url }: IncomingRequest): Answer {
  const urls = wellKnownUrls(settings.endpoints.base)
  const asked = `${url.origin}${url.pathname}`
  const served = settings.layouts.some((layout) => urls[layout] === asked)
  return served ? { status: 200, headers: {}, body: settings.metadata } : notFound()
}
