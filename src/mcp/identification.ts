import { type Entry, type Issuer, withoutSlash } from '../registrar/entry.js'
import type { Ensured } from '../registrar/making.js'
import type { EntryOptions } from '../registrar/options.js'
import type { ClientInformation, ClientMetadata } from '../types.js'
import { noWayIn } from './authorization-servers.js'
import { clientOfDocument, type IdentificationMethod, methodAt } from './ladder.js'
import type { Wishes } from './options.js'
import { registrationMetadata } from './registration-metadata.js'
import { type KnownResource, readRegistration } from './stored-resource.js'

/** A usable client for a protected resource. */
export interface EnsuredForResource extends Ensured {
  /**
   * The identifier of the resource, for the parameter `resource` of authorization and token requests (RFC
   * 8707 §2).
   */
  readonly resource: string
  /** The scopes to ask for: those of the challenge, else those the resource names. */
  readonly scope?: string
  /** How the client came to be known to the server. */
  readonly method: IdentificationMethod
}

/** What an application wants to be known as, and how a client is got at one authorization server. */
export interface Identification {
  readonly metadata: ClientMetadata
  readonly wishes: Wishes
  readonly entry: Entry
  readonly ensure: (issuer: Issuer, metadata: ClientMetadata, options: EntryOptions) => Promise<Ensured>
}

/** Takes the way in that a server offers. */
export async function identified(
  { resource, server }: KnownResource,
  issuer: Issuer,
  { metadata, wishes, entry, ensure }: Identification,
): Promise<EnsuredForResource> {
  const { identifier, scope, refusedDocument } = resource
  const { preRegistered, document = '', anyLoopbackPort, entryOptionsFor } = wishes
  const plain = withoutSlash(server.issuer)
  const method = methodAt(server, wishes, refusedDocument)
  const ways: Record<IdentificationMethod, () => Promise<Ensured>> = {
    pre_registered: async () => ({
      server,
      client: preRegistered.get(plain) as ClientInformation,
      action: 'none',
      reasons: [],
    }),
    client_id_metadata_document: async () => ({
      server,
      client: clientOfDocument(document, metadata),
      action: 'none',
      reasons: [],
    }),
    dynamic_registration: async () => {
      const { requested, client } = await readRegistration(entry, server.issuer)
      // Another client for the sake of a scope would cost the user's consent, whenever a stranger names another.
      const isFixed = client !== undefined && client.registration_client_uri === undefined
      const circumstances = { server, scope: isFixed ? undefined : scope, before: requested, anyLoopbackPort }
      return ensure(issuer, registrationMetadata(metadata, circumstances), entryOptionsFor(server.issuer))
    },
  }
  if (!method) throw noWayIn(server, entry.call)
  return { ...(await ways[method]()), resource: identifier, ...(scope && { scope }), method }
}
