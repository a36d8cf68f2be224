import { discover } from '../discovery.js'
import type { DcrError } from '../errors.js'
import { reworded, told } from './failure.js'
import { requestOptions } from './settings.js'
import { issuerKey } from './storage.js'
import type { AuthorizationServerMetadata } from './types.js'

/**
 * Finds the metadata of an authorization server: all well-known paths at the same time, the one that
 * the original module asked among them. The document must name the issuer. Nothing is cached.
 *
 * @param issuerUrl - The issuer, with or without a slash at its end; `https:`, or `http:` on this machine.
 * @returns `null` where nothing usable was found, whatever the reason. {@link getOrCreateDynamicClient} tells the reason.
 * @see RFC 8414 §3
 */
export async function discoverAuthorizationServer(
  issuerUrl: string,
): Promise<AuthorizationServerMetadata | null> {
  return locate(issuerUrl).catch(() => null)
}

/**
 * Whether the server offers dynamic client registration: whether its metadata names a `registration_endpoint`.
 *
 * @see RFC 8414 §2
 */
export function supportsDCR(metadata: AuthorizationServerMetadata): boolean {
  return Boolean(metadata.registration_endpoint)
}

/** As {@link discoverAuthorizationServer}, with an error that says why there is nothing. */
export async function locate(issuerUrl: string): Promise<AuthorizationServerMetadata> {
  const issuer = issuerKey(issuerUrl)
  const found = await discover(issuer, requestOptions(issuer)).catch((error: DcrError) => {
    throw reworded(error, `Could not discover authorization server at ${issuer}: ${told(error)}`)
  })
  return found as AuthorizationServerMetadata
}
