import { demand } from './failure.js'
import { demandWholeClient } from './storage.js'
import type { DynamicClient } from './types.js'
import { checkEndpoints, parse, refusedUrl } from './urls.js'

/**
 * The configuration of an OAuth provider for a client, as the identity module of agent-runtimes takes it.
 *
 * @param displayName - Default: the host name of the issuer.
 * @throws {DcrError} `invalid_argument`, or `invalid_url` or `insecure_url` if an endpoint of the server, or the issuer, is not an `https:` URL
 *   (nor, for an issuer on this machine, `http:` there).
 */
export function dynamicClientToProviderConfig(
  client: DynamicClient,
  displayName?: string,
): {
  provider: string
  displayName: string
  clientId: string
  authorizationUrl: string
  tokenUrl: string
  userInfoUrl?: string
  revocationUrl?: string
  defaultScopes: string[]
  redirectUri: string
} {
  const me = 'dynamicClientToProviderConfig'
  demandWholeClient(client, me)
  demand(typeof (displayName ?? '') === 'string', me, 'the displayName must be a string')
  const { issuer, clientId, scopes, redirectUris, serverMetadata } = client
  checkEndpoints(serverMetadata, issuer)
  const { authorization_endpoint, token_endpoint, userinfo_endpoint, revocation_endpoint } = serverMetadata
  return {
    provider: issuer,
    displayName: displayName || hostOf(issuer),
    clientId,
    authorizationUrl: authorization_endpoint,
    tokenUrl: token_endpoint,
    ...(userinfo_endpoint && { userInfoUrl: userinfo_endpoint }),
    ...(revocation_endpoint && { revocationUrl: revocation_endpoint }),
    defaultScopes: scopes,
    redirectUri: redirectUris[0] as string,
  }
}

function hostOf(issuer: string): string {
  const url = parse(issuer)
  if (!url) throw refusedUrl('invalid_url', 'The issuer of the client')
  return url.hostname
}
