import { intending } from '../custody/custody.js'
import type { OAuthError } from '../errors.js'
import type { Call } from '../http/call.js'
import { refusal } from '../http/refusal.js'
import { request } from '../http/request.js'
import { isRecord } from '../json.js'
import type { ClientInformation } from '../types.js'
import { managementExchange } from './management.js'
import { isInDoubt, told } from './managing.js'
import type { KeptSite } from './site.js'

/** Statuses that say of a client that was to be deleted before: it is not there (RFC 7592 §2.3 says so by 401). */
const GONE = [401, 404, 410]

/** Those among them that no token can be the reason of. */
export const SURELY_GONE = [404, 410]

/**
 * Deletes a client, at the server and then in the store.
 *
 * @param statuses - Those by which a deletion whose answer was lost is found done, when it is asked for again.
 */
export async function deleteClient(
  client: ClientInformation,
  site: KeptSite,
  call: Call,
  statuses = GONE,
): Promise<void> {
  const { custody } = site
  const exchange = managementExchange('DELETE', client, site, call)
  // A token that may have been replaced is refused whether the client is there or not: that doubt outlasts this one.
  const doubt = isInDoubt(custody) ? custody.interrupted : undefined
  const gone = doubt ? SURELY_GONE : statuses
  const again = custody.interrupted === 'delete' && ({ earlier: 'unknown' } as const)
  const send = () =>
    request({ ...exchange, ...again }, call).then(
      (answer) => {
        if (isRecord(answer.json) && answer.json.error) throw refusal(call, answer, answer.details)
        return answer.details
      },
      (error: OAuthError) => {
        // Sent again after silence, it finds its work done.
        if (error.outcome !== 'unknown' || !gone.includes(error.status)) throw error
        call.warn(
          'delete_unconfirmed',
          'The answer was lost; asked again, the server no longer knew the client.',
        )
        return error
      },
    )
  const details = await intending(custody, doubt ?? 'delete', call, send)
  await custody.forget(call, { ...told(details), client })
}
