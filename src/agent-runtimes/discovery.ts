import { discover } from '../discovery.js'
import type { DcrError } from '../errors.js'
import { demand, isObject, reworded, told } from './failure.js'
import { requestOptions } from './settings.js'
import { givenIssuer } from './storage.js'
import type { AuthorizationServerMetadata } from './types.js'

/**
 * Finds the metadata of an authorization server: all well-known paths at the same time, the one that
 * the original module asked among them. The document must name the issuer. Nothing is cached.
 *
 * @param issuerUrl - The issuer, with or without a slash at its end; `https:`, or `http:` on this machine.
 * @returns `null` where nothing usable was found, whatever the reason. {@link getOrCreateDynamicClient} tells the reason.
 * @throws {DcrError} `invalid_argument` if the issuer is no string.
 * @see RFC 8414 §3
 */
export async function discoverAuthorizationServer(
  issuerUrl: string,
): Promise<AuthorizationServerMetadata | null> {
  return locate(givenIssuer(issuerUrl, 'discoverAuthorizationServer')).catch(() => null)
}

/**
 * Whether the server offers dynamic client registration: whether its metadata names a `registration_endpoint`.
 *
 * @throws {DcrError} `invalid_argument` if there is no metadata.
 * @see RFC 8414 §2
 */
export function supportsDCR(metadata: AuthorizationServerMetadata): boolean {
  const what =
    'the metadata must be an object; discoverAuthorizationServer answers null where nothing was found'
  demand(isObject(metadata), 'supportsDCR', what)
  return Boolean(metadata.registration_endpoint)
}

/** As {@link discoverAuthorizationServer}, with an error that says why there is nothing. */
export async function locate(issuer: string): Promise<AuthorizationServerMetadata> {
  const found = await discover(issuer, requestOptions(issuer)).catch((error: DcrError) => {
    throw reworded(error, `Could not discover authorization server at ${issuer}: ${told(error)}`)
  })
  return found as AuthorizationServerMetadata
}
