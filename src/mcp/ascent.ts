import type { DcrError } from '../errors.js'
import { type Entry, isSameIssuer } from '../registrar/entry.js'
import type { AuthorizationServerMetadata } from '../types.js'
import { firstUsable, ranked } from './authorization-servers.js'
import { type EnsuredForResource, type Identification, identified } from './identification.js'
import { methodAt } from './ladder.js'
import type { Wishes } from './options.js'
import { findResource, isOutage, type Resource, withoutMetadata } from './resource-metadata.js'
import { union } from './scope.js'
import { askedAt, isFresh, type KnownResource, keepResource, knownResource } from './stored-resource.js'

/** One call for the client of a resource. */
export interface Ascent extends Identification {
  readonly url: URL
  /** Where what is known of the resource is stored. */
  readonly entry: Entry
}

/** What a resource says of itself, or said when it was last asked. */
interface Asked extends Resource {
  readonly isAnswered: boolean
}

/** Goes by what is stored of the resource, and asks it where that does not do. */
export async function ascend(ascent: Ascent): Promise<EnsuredForResource> {
  const { entry, wishes } = ascent
  const known = await knownResource(entry)
  let failed: DcrError | undefined
  if (known && wishes.challenge === undefined && isFresh(known.resource) && isFirstChoice(known, wishes)) {
    try {
      return await identified(known, known.server.issuer, ascent)
    } catch (error) {
      if (!mayGoElsewhere(error as DcrError)) throw error
      failed = error as DcrError
    }
  }
  // The resource may have moved to another server.
  const asked = await ask(ascent, known)
  if (failed && isInUse(asked.authorizationServers, known) && failed.code !== NO_WAY_IN) throw failed
  return atFirstThatTakes(asked, known, ascent)
}

async function ask({ url, entry, wishes }: Ascent, known: KnownResource | undefined): Promise<Asked> {
  const { call } = entry
  const prefer = (issuers: readonly string[]) => ranked(issuers, wishes, known?.server.issuer)
  // What cannot be asked today, or has lost its metadata, has been asked before.
  const before = known && { ...known.resource, supportedScope: known.resource.scope, isAnswered: false }
  try {
    const found = await findResource(url, wishes.challenge, prefer, call)
    if (found) return { ...found, isAnswered: true }
    return before ?? { ...withoutMetadata(url, call), isAnswered: true }
  } catch (error) {
    if (before && isOutage(error as DcrError)) return before
    throw error
  }
}

/** Tries the authorization servers of a resource in their order, until one takes the client. */
async function atFirstThatTakes(
  { identifier, authorizationServers, isAnswered, ...scopes }: Asked,
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
    const server = await firstUsable(left, isUsable, known?.server, url, entry.call).catch((error) => {
      throw refusal ?? error
    })
    const place = order.findIndex((issuer) => isSameIssuer(issuer, server.issuer))
    const resource = {
      identifier,
      authorizationServers,
      means: meansOf(wishes),
      passedOver: order.slice(0, place),
      scope: scopeOf(scopes, known, wishes),
      at: askedAt(isAnswered),
      document: wishes.document,
      refusedDocument: refused(server.issuer),
    }
    try {
      const result = await identified({ resource, server }, server, ascent)
      await keepResource(entry, { resource, server })
      return result
    } catch (error) {
      refusal ??= error as DcrError
      // Those before it were asked, and had nothing to offer in time.
      left = order.slice(place + 1)
      const isBound = isInUse([server.issuer], known) && refusal.code !== NO_WAY_IN
      if (left.length === 0 || isBound || !mayGoElsewhere(error as DcrError)) throw refusal
      entry.call.warn('server_passed_over', 'An authorization server of the resource refused the client.')
    }
  }
}

/** Whether the server where the client is, is one of these: it is left for no other because it fails today. */
function isInUse(issuers: readonly string[], known: KnownResource | undefined): boolean {
  return known !== undefined && issuers.some((issuer) => isSameIssuer(issuer, known.server.issuer))
}

/** What an application has to get in with, without what is secret of it. */
function meansOf({ preferred, preRegistered, document, entryOptionsFor }: Wishes): string {
  const { initialAccessToken, provider } = entryOptionsFor(preferred ?? '')
  const hasToken = initialAccessToken !== undefined
  return JSON.stringify([preferred, hasToken, provider?.name, [...preRegistered.keys()], document])
}

/** Whether there is none that would be taken rather than the one in use. */
function isFirstChoice({ resource, server }: KnownResource, wishes: Wishes): boolean {
  const order = ranked(resource.authorizationServers, wishes, server.issuer)
  // With other means, one that was passed over may take the client.
  const passedOver = resource.means === meansOf(wishes) ? resource.passedOver : []
  const first = order.find((issuer) => !passedOver.includes(issuer))
  return first !== undefined && isSameIssuer(first, server.issuer)
}

/** A challenge in hand asks for more than there was; one that was just asked for says what is needed at the start. */
function scopeOf(
  { challengedScope, supportedScope }: Pick<Resource, 'challengedScope' | 'supportedScope'>,
  known: KnownResource | undefined,
  { challenge }: Wishes,
): string | undefined {
  if (challengedScope === undefined) return supportedScope
  return union(challenge === undefined ? undefined : known?.resource.scope, challengedScope)
}

/** Of a server that offers nothing: another may offer something. */
const NO_WAY_IN = 'registration_not_supported'

/** What no other server can mend, or what might make one client too many. */
const FINAL =
  /^(invalid_argument|provider_mismatch|missing_credential|aborted|timeout|rate_limited|store_\w+|registration_in_doubt|registered_recently)$/

function mayGoElsewhere({ code, outcome }: DcrError): boolean {
  return (outcome === 'not_sent' || outcome === 'rejected') && !FINAL.test(code)
}
