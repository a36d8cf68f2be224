import { seconds } from '../custody.js'
import type { DcrError } from '../errors.js'
import { type Entry, withoutSlash } from '../registrar/entry.js'
import type { AuthorizationServerMetadata } from '../types.js'
import { firstUsable, ranked } from './authorization-servers.js'
import { type EnsuredForResource, type Identification, identified } from './identification.js'
import { methodAt } from './ladder.js'
import { findResource, type Resource } from './resource-metadata.js'
import { union } from './scope.js'
import { isFresh, type KnownResource, keepResource, knownResource } from './stored-resource.js'

/** One call for the client of a resource. */
export interface Ascent extends Identification {
  readonly url: URL
  /** Where what is known of the resource is stored. */
  readonly entry: Entry
}

/** Goes by what is stored of the resource, and asks it where that does not do. */
export async function ascend(ascent: Ascent): Promise<EnsuredForResource> {
  const { entry, wishes, url } = ascent
  const known = await knownResource(entry)
  if (known && wishes.challenge === undefined && isFresh(known.resource) && isFirstChoice(known, ascent)) {
    try {
      return await identified(known, known.server.issuer, ascent)
    } catch (error) {
      // The resource may have moved to another server.
      if (!mayGoElsewhere(error as DcrError)) throw error
    }
  }
  const found = await findResource(url, wishes.challenge, entry.call).catch((error: DcrError): Resource => {
    // Who cannot be asked today has been asked before.
    if (!known || !/^(network_error|server_error)$/.test(error.code)) throw error
    return { ...known.resource, supportedScope: known.resource.scope }
  })
  return atFirstThatTakes(found, known, ascent)
}

/** Tries the authorization servers of a resource in their order, until one takes the client. */
async function atFirstThatTakes(
  { identifier, authorizationServers, ...scopes }: Resource,
  known: KnownResource | undefined,
  ascent: Ascent,
): Promise<EnsuredForResource> {
  const { entry, wishes, url } = ascent
  const refused = (issuer: string) =>
    issuer === known?.server.issuer ? known.resource.refusedDocument : undefined
  const isUsable = (server: AuthorizationServerMetadata) =>
    methodAt(server, wishes, refused(server.issuer)) !== undefined
  const order = ranked(authorizationServers, wishes, known?.server.issuer)
  let left = order
  let refusal: DcrError | undefined
  for (;;) {
    const server = await firstUsable(left, isUsable, url, entry.call).catch((error) => {
      throw refusal ?? error
    })
    const isSame = (issuer: string) => withoutSlash(issuer) === withoutSlash(server.issuer)
    const resource = {
      identifier,
      authorizationServers,
      passedOver: order.slice(0, order.findIndex(isSame)),
      scope: scopeOf(scopes, known, ascent),
      at: seconds(),
      document: wishes.document,
      refusedDocument: refused(server.issuer),
    }
    try {
      const result = await identified({ resource, server }, server, ascent)
      await keepResource(entry, { resource, server })
      return result
    } catch (error) {
      refusal ??= error as DcrError
      left = left.filter((issuer) => !isSame(issuer))
      if (left.length === 0 || !mayGoElsewhere(error as DcrError)) throw refusal
      entry.call.warn('server_passed_over', 'An authorization server of the resource refused the client.')
    }
  }
}

/** Whether there is none that would be taken rather than the one in use. */
function isFirstChoice({ resource, server }: KnownResource, { wishes }: Ascent): boolean {
  const { authorizationServers, passedOver } = resource
  const order = ranked(authorizationServers, wishes, server.issuer)
  const first = order.find((issuer) => !passedOver.includes(issuer))
  return first !== undefined && withoutSlash(first) === withoutSlash(server.issuer)
}

/**
 * A challenge in hand asks for more than there was; one that was just asked for says what is needed at the
 * start.
 */
function scopeOf(
  { challengedScope, supportedScope }: Pick<Resource, 'challengedScope' | 'supportedScope'>,
  known: KnownResource | undefined,
  { wishes }: Ascent,
): string | undefined {
  if (challengedScope === undefined) return supportedScope
  return wishes.challenge === undefined ? challengedScope : union(known?.resource.scope, challengedScope)
}

/** What no other server can mend, or what might make one client too many. */
const FINAL =
  /^(invalid_argument|provider_mismatch|missing_credential|aborted|timeout|store_\w+|registration_in_doubt|registered_recently)$/

function mayGoElsewhere({ code, outcome }: DcrError): boolean {
  return (outcome === 'not_sent' || outcome === 'rejected') && !FINAL.test(code)
}
