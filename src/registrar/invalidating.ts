import { SURELY_GONE } from '../client/deleting.js'
import { isOffered, managementExchange } from '../client/management.js'
import { manage } from '../client/managing.js'
import { seconds } from '../custody/custody.js'
import type { OAuthError } from '../errors.js'
import type { ClientInformation } from '../types.js'
import { alone, amend, type Entry, knownSite, readBack } from './entry.js'
import { isDue } from './expiry.js'
import { clientIn } from './fetching.js'
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
    const { client_secret: secret = client?.client_secret } = refused
    const isInForce = client?.client_id === refused.client_id && client.client_secret === secret
    if (!client || !isInForce || stored.trouble === 'invalid_client' || stored.trouble === 'gone') return true

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
    await amend(entry, (now) => ({ ...now, trouble }))
    return true
  })
}
