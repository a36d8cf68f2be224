import { SURELY_GONE } from '../client/deleting.js'
import { isOffered, managementExchange } from '../client/management.js'
import { manage } from '../client/managing.js'
import { seconds } from '../custody/custody.js'
import type { OAuthError } from '../errors.js'
import type { StoredRegistration } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { amend, type Entry, knownSite, readBack } from './entry.js'
import { isDue } from './expiry.js'
import { clientIn } from './fetching.js'
import { alone } from './moving.js'
import { MANAGED, withDoubtListed } from './records.js'
import type { Unsaved } from './unsaved.js'
import { isUnmanageable } from './updating.js'

/** Says of a client that a token endpoint has refused whether it is given up; a server that can be asked decides. */
export function invalidated(
  entry: Entry,
  refused: ClientInformation,
  skew: number,
  unsaved: Unsaved,
): Promise<boolean> {
  return alone(entry, async (found, custodyInTurn) => {
    const stored = withDoubtListed(await unsaved.settle(entry, found))
    const { client, revision } = stored
    if (revision === undefined) clientIn(stored, entry)
    if (
      !client ||
      !isInForce(refused, stored) ||
      stored.trouble === 'invalid_client' ||
      stored.trouble === 'gone'
    )
      return true

    const call = { ...entry.call, operation: 'get' }
    const site = knownSite(entry, stored)
    let trouble: 'invalid_client' | 'gone' = 'invalid_client'
    if (isOffered('GET', client, site, call)) {
      try {
        const read = await unsaved.guard(
          entry,
          MANAGED,
          (records) => custodyInTurn(stored, records),
          (custody) => manage(client, { ...site, custody }, call),
        )
        if (read.client_secret !== client.client_secret) return true
        return isDue(await readBack(entry, read), { now: seconds(), skew })
      } catch (error) {
        const { code, status } = error as OAuthError
        const { token } = managementExchange('GET', client, site, call)
        const isOwn = token !== undefined && token === client.registration_access_token
        // What an administrator is refused says nothing of the client.
        const isNoNews = token !== undefined && !isOwn && (status === 401 || status === 403)
        if (isNoNews || (!isUnmanageable(error) && code !== 'management_locked')) throw error
        // 401 is for a client that is not there (RFC 7592 §2.1), and for a token that is void.
        if (SURELY_GONE.includes(status)) trouble = 'gone'
      }
    }
    // Another process may have put another in its place.
    await amend(entry, (now) => (isInForce(client, now) ? { ...now, trouble } : now))
    return true
  })
}

function isInForce(client: ClientInformation, { client: now }: StoredRegistration): boolean {
  const { client_id, client_secret = now?.client_secret } = client
  return now?.client_id === client_id && now.client_secret === client_secret
}
