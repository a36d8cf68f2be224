import { withoutSlash } from '../registrar/entry.js'
import type { AuthorizationServerMetadata, ClientInformation, ClientMetadata } from '../types.js'
import type { Wishes } from './options.js'

/**
 * How a client came to be known to its server.
 *
 * - `pre_registered`: by hand.
 * - `client_id_metadata_document`: the server reads what the application publishes.
 * - `dynamic_registration`: it was registered, now or earlier.
 */
export type IdentificationMethod = 'pre_registered' | 'client_id_metadata_document' | 'dynamic_registration'

/**
 * The way in that a server offers and that is the first to be taken, if it offers any.
 *
 * @param refused - The client ID metadata document that this server has refused.
 * @see MCP 2025-11-25, "Client Registration Approaches"
 */
export function methodAt(
  { issuer, ...server }: AuthorizationServerMetadata,
  { preRegistered, document, entryOptionsFor }: Wishes,
  refused: string | undefined,
): IdentificationMethod | undefined {
  if (preRegistered.has(withoutSlash(issuer))) return 'pre_registered'
  const { provider } = entryOptionsFor(issuer)
  const endpoint = provider?.registrationEndpoint?.({ issuer, ...server }) ?? server.registration_endpoint
  const isRead = document !== undefined && server.client_id_metadata_document_supported === true
  // Where there is no other way in, a document that was refused may do another time.
  if (isRead && (document !== refused || !endpoint)) return 'client_id_metadata_document'
  return endpoint ? 'dynamic_registration' : undefined
}

/** A client that is identified by a document: it has no secret, and is what the document says. */
export function clientOfDocument(document: string, metadata: ClientMetadata): ClientInformation {
  const { token_endpoint_auth_method: method = 'none' } = metadata
  const isShared = method.startsWith('client_secret')
  return { ...metadata, client_id: document, token_endpoint_auth_method: isShared ? 'none' : method }
}
