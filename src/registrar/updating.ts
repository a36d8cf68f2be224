import { isOffered } from '../client/management.js'
import { manage } from '../client/managing.js'
import type { KeptSite } from '../client/site.js'
import { update } from '../client/updating.js'
import type { DcrError, OAuthError } from '../errors.js'
import type { JsonObject } from '../json.js'
import { differences } from '../metadata/differences.js'
import { permitted } from '../metadata/wire.js'
import type { StoredRegistration } from '../stores/store.js'
import type { ClientInformation, ClientMetadata } from '../types.js'
import { amend, type Entry, readBack } from './entry.js'
import { isDue } from './expiry.js'
import { lackingMembers } from './fingerprint.js'
import type { Wanted } from './wanted.js'

/** Statuses that say: this client cannot be managed, or not any more. */
const UNMANAGEABLE = new Set([401, 403, 404, 405, 410, 501])

/** Whether an update failed for want of a way to make it, and not for what was asked. */
export function isUnmanageable(error: unknown): boolean {
  const { code, outcome, status, endpoint = '' } = error as OAuthError
  if (outcome === 'not_sent') return code === 'management_not_supported' || code === 'missing_credential'
  // A read changes nothing, whatever is in doubt.
  return UNMANAGEABLE.has(status) && (outcome === 'rejected' || endpoint.startsWith('GET'))
}

/** Changes the client in place to what is wanted, and has its secret renewed by a server that does so. */
export async function updateInPlace(
  entry: Entry,
  site: KeptSite,
  stored: StoredRegistration,
  wanted: Wanted,
): Promise<StoredRegistration> {
  const { custody } = site
  const call = { ...entry.call, operation: 'update' }
  const changes = permitted({ ...removals(stored, wanted), ...wanted.requested }, call)
  let client = stored.client as ClientInformation
  let isDone = false
  try {
    if (custody.interrupted && isOffered('GET', client, site, call)) {
      client = await manage(client, site, { ...call, operation: 'get' })
      const isRenewed = !isDue(await readBack(entry, client), wanted)
      isDone = isRenewed && differences(changes, client).length === 0
    }
    if (!isDone) client = await update(client, changes, site, call)
  } catch (error) {
    if ((error as DcrError).code === 'management_locked') {
      // The error says it now; this is for the next time.
      const { revision } = custody.stored ?? {}
      await amend(entry, (now) =>
        now.revision === revision ? { ...now, intent: undefined, trouble: 'management_locked' } : now,
      ).catch(() => {})
    }
    throw error
  }
  const { requested, fingerprint } = wanted
  // Of a client from elsewhere that had it all, nothing was asked for but a secret.
  const isAsked =
    stored.requested !== undefined || lackingMembers(stored.client as ClientInformation, requested).length > 0
  const done = {
    server: site.server,
    ...(isAsked && { requested: requested as ClientMetadata, fingerprint }),
  }
  // What another process has saved since, whose turn it was not, is about what that has asked for.
  const { revision } = custody.stored ?? {}
  await amend(entry, (now) => (now.revision === revision ? { ...now, ...done } : now), {
    outcome: 'applied',
    client,
  })
  return readBack(entry, client)
}

/** What was wanted once and is not any more, and what never was. */
function removals({ requested = {} }: StoredRegistration, wanted: Wanted): JsonObject {
  const gone = [...Object.keys(requested), ...wanted.unwanted].filter(
    (member) => !(member in wanted.requested),
  )
  return Object.fromEntries(gone.map((member) => [member, null]))
}
