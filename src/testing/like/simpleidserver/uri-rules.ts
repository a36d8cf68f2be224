import type { Members } from '../../dialect.js'
import { Refusal } from '../../refusal.js'
import { isTranslation } from './members.js'

const HTTPS = ['sector_identifier_uri', 'initiate_login_uri']

export function checkUris(metadata: Members): void {
  for (const [name, value] of Object.entries(metadata)) {
    const uri = String(value)
    if (HTTPS.includes(name)) {
      if (!URL.canParse(uri)) throw invalidUri(`${name} is not a valid URI`)
      if (new URL(uri).protocol !== 'https:') throw invalidUri(`${name} doesn't contain https scheme`)
    }
    const [plain = name] = name.split('#', 1)
    if (isTranslation(name) && plain.endsWith('_uri') && !URL.canParse(uri)) {
      throw invalidUri(`${plain.replace('_', ' ')} ${uri} is not correct`)
    }
  }
}

/** The rules of OpenID Connect for `application_type` `web`, which is the default; `native` is free. */
export function checkRedirectUris(metadata: Members): void {
  const uris = metadata.redirect_uris as readonly string[]
  if (uris.length === 0) throw invalidUri('missing parameter redirect_uris')
  for (const uri of uris) {
    if (!URL.canParse(uri)) throw invalidRedirectUri(`redirect uri ${uri} is not correct`)
    const { hash, protocol, hostname } = new URL(uri)
    if (hash) throw invalidRedirectUri('the redirect_uri cannot contains fragment')
    if (metadata.application_type !== 'web') continue
    if (protocol !== 'https:') throw invalidRedirectUri('redirect_uri does not contain https scheme')
    if (hostname === 'localhost') throw invalidRedirectUri('redirect_uri must not contain localhost')
  }
}

function invalidUri(description: string): Refusal {
  return new Refusal(400, 'invalid_client_metadata', description)
}

function invalidRedirectUri(description: string): Refusal {
  return new Refusal(400, 'invalid_redirect_uri', description)
}
