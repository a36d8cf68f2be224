import type { OAuthError } from '../errors.js'
import { isOffered, managementExchange } from '../management.js'
import { manage } from '../managing.js'
import type { ClientInformation } from '../types.js'
import { alone, amend, type Entry, knownSite } from './entry.js'
import { MANAGED, withDoubtListed } from './records.js'
import { isUnmanageable } from './updating.js'

/** Says of a client that a token endpoint has refused whether it is given up; a server that can be asked decides. */
export function invalidated(entry: Entry, refused: ClientInformation): Promise<boolean> {
  return alone(entry, async (stored, custodyInTurn) => {
    const { client } = stored
    const isInForce =
      client?.client_id === refused.client_id && client.client_secret === refused.client_secret
    if (!client || !isInForce || stored.trouble === 'invalid_client' || stored.trouble === 'gone') return true

    const call = { ...entry.call, operation: 'get' }
    const site = knownSite(entry, stored)
    let trouble: 'invalid_client' | 'gone' = 'invalid_client'
    if (isOffered('GET', client, site, call)) {
      try {
        const custody = custodyInTurn(withDoubtListed(stored), MANAGED)
        const read = await manage(client, { ...site, custody }, call)
        return read.client_secret !== client.client_secret
      } catch (error) {
        const { code, status } = error as OAuthError
        const { token } = managementExchange('GET', client, site, call)
        const isOwn = token !== undefined && token === client.registration_access_token
        // What an administrator is refused says nothing of the client.
        const isNoNews = token !== undefined && !isOwn && (status === 401 || status === 403)
        if (isNoNews || (!isUnmanageable(error) && code !== 'management_locked')) throw error
        // RFC 7592 §2.1: 401 for a client that is not there. A token that is known to be void is refused anyway.
        const isRefused = status === 401 && isOwn && stored.trouble !== 'management_locked'
        if (isRefused || status === 404 || status === 410) trouble = 'gone'
      }
    }
    await amend(entry, (now) => ({ ...now, trouble }))
    return true
  })
}
