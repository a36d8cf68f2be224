import { saysNothing, without } from '../json.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'

/** What another library has no use for, and could print. */
const WITHHELD = ['client_secret', 'registration_access_token', 'registration_client_uri']

/** The metadata of a server without what says "not set": a `null` fails where a member is not expected to be one. */
export function serverMembers(server: AuthorizationServerMetadata): AuthorizationServerMetadata {
  return without(server, saysNothing)
}

/**
 * The client without its credentials, and without settings that are none: what is read from them is enforced, and a
 * token that does not have it refused.
 */
export function clientMembers(client: ClientInformation): ClientInformation {
  return without(client, (value, member) => {
    if (WITHHELD.includes(member) || saysNothing(value)) return true
    // Ory Hydra says "none" for answers that are not signed.
    if (member.endsWith('_signed_response_alg')) return value === 'none'
    // OpenAM and PingAM have a number there even where it is switched off.
    return member === 'default_max_age' && client.default_max_age_enabled === false
  })
}
