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
      await amend(entry, (now) => ({ ...now, intent: undefined, trouble: 'management_locked' })).catch(
        () => {},
      )
    }
    throw error
  }
  const { requested, fingerprint } = wanted
  const done = { server: site.server, requested: requested as ClientMetadata, fingerprint }
  await amend(entry, (now) => ({ ...now, ...done }), { outcome: 'applied', client })
  return readBack(entry, client)
}

/** What was wanted once and is not any more. */
function removals({ requested = {} }: StoredRegistration, wanted: Wanted): JsonObject {
  const gone = Object.keys(requested).filter((member) => !(member in wanted.requested))
  return Object.fromEntries(gone.map((member) => [member, null]))
}
