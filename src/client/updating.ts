import { type DcrError, keepClient } from '../errors.js'
import { type Call, isOver } from '../http/call.js'
import { type JsonObject, only } from '../json.js'
import { checkWhole, SERVER_MEMBERS } from '../metadata/checking.js'
import { differences } from '../metadata/differences.js'
import { warnOfDoubts } from '../metadata/doubts.js'
import { hasMetadata, replacement } from '../metadata/replacement.js'
import { toWire } from '../metadata/wire.js'
import type { ClientInformation } from '../types.js'
import { isOffered, managementExchange } from './management.js'
import { isInDoubt, manage } from './managing.js'
import type { KeptSite } from './site.js'

/** Makes the changes to the newest registration that is known; reads it first where nothing is. */
export async function update(
  newest: ClientInformation,
  changes: JsonObject,
  site: KeptSite,
  call: Call,
): Promise<ClientInformation> {
  // What cannot be managed is told before anything is read, or warned of.
  managementExchange('PUT', newest, site, call)
  let known = newest
  try {
    const doubt = isInDoubt(site.custody) && isOffered('GET', known, site, call)
    if (doubt || !hasMetadata(known) || call.provider?.readBeforeUpdate) {
      known = await manage(known, site, call)
      warnOfUnread(known, changes, call)
    }
    const whole = replacement(known, changes, call)
    checkWhole(whole, call)
    warnOfDoubts(whole, call, known)
    const wanted = { ...whole, ...changes }
    try {
      const updated = await manage(known, site, call, await toWire(whole, 'update', call))
      warnOfDifferences(wanted, updated, call)
      return updated
    } catch (error) {
      if (!isLost(error as DcrError)) throw error
      known = await manage(known, site, call, undefined, error as DcrError)
    }
    if (isDone(wanted, known)) {
      call.warn('update_reconciled', 'The answer was lost; a read found the update done.')
      return known
    }
    return await manage(known, site, call, await toWire(renewed(whole, known), 'update', call))
  } catch (error) {
    // A read on the way may have rotated the token.
    throw known === newest ? error : keepClient(error as DcrError, known)
  }
}

/** Tells where the server registered other than it was asked. */
export function warnOfDifferences(requested: JsonObject, granted: ClientInformation, call: Call): void {
  for (const { member, ...difference } of differences(metadataIn(requested), granted)) {
    if ('granted' in difference) call.warn('granted_differs', 'The server registered another value.', member)
  }
}

/** Whether an update may have been done, and its answer was lost: not for want of time, as then there is none to look. */
function isLost(error: DcrError): boolean {
  return error.outcome === 'unknown' && !isOver(error)
}

/** The credentials in it prove who asks; a server that has renewed them has done the update all the same. */
function isDone(wanted: JsonObject, known: ClientInformation): boolean {
  return differences(metadataIn(wanted), known).length === 0
}

function metadataIn(members: JsonObject): JsonObject {
  return only(members, (member) => !SERVER_MEMBERS.has(member))
}

/** The same update, with the credentials of now. */
function renewed(whole: JsonObject, known: ClientInformation): JsonObject {
  const credentials = only(known, (member) => SERVER_MEMBERS.has(member) && member in whole)
  return { ...whole, ...credentials }
}

/** What a read does not tell, an update that starts from it removes. */
function warnOfUnread(known: ClientInformation, changes: JsonObject, { provider, warn }: Call): void {
  for (const member of provider?.leftOutOfReads ?? []) {
    if (!(member in known) && !(member in changes))
      warn('missing_member', 'A read does not tell it: the update may remove it.', member)
  }
}
