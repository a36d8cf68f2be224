import { type Custody, intending } from '../custody/custody.js'
import type { DcrError, ErrorDetails } from '../errors.js'
import type { Answer } from '../http/answer.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { type Exchange, request } from '../http/request.js'
import { readClientInformation } from '../metadata/information.js'
import { rescue } from '../metadata/rescuing.js'
import type { Wire } from '../metadata/wire.js'
import type { ClientInformation } from '../types.js'
import { managementExchange } from './management.js'
import type { KeptSite } from './site.js'

/** Reads a client, or replaces it by `body`. `lost` is the error of the update that this read looks after. */
export async function manage(
  client: ClientInformation,
  site: KeptSite,
  call: Call,
  body?: Wire,
  lost?: DcrError,
): Promise<ClientInformation> {
  let exchange: Exchange
  try {
    exchange = managementExchange(body ? 'PUT' : 'GET', client, site, call)
  } catch (error) {
    throw lost ?? error
  }
  const secrets = [...(exchange.secrets ?? []), ...(body?.secrets ?? [])]
  // What a process asked that ended before it was answered is as good as lost.
  const { interrupted } = site.custody
  const doubt = lost !== undefined || (!body && isInDoubt(site.custody))
  const asked = { ...exchange, ...body, secrets, ...(doubt && { earlier: 'unknown' as const }) }
  const send = () => request(asked, call)
  const answer = await (changes(body, call)
    ? intending(site.custody, body ? 'update' : 'get', call, send)
    : send()
  ).catch((error: DcrError) => {
    // The token worked until an answer was lost, and no longer: that answer held the new one.
    const mine = exchange.token === client.registration_access_token
    const locked = mine && !body && error.code === 'unauthorized' && error.outcome === 'unknown'
    if (!locked) throw error.code === 'aborted' ? error : (lost ?? error)
    const { sentBack = [] } = call.provider ?? {}
    const rest = sentBack.includes('client_secret')
      ? 'and, it may be, a new secret'
      : 'but the client itself still works'
    const earlier = interrupted === 'get' ? 'a read' : 'an update'
    const when = lost ? 'had its answer lost' : `follows ${earlier} whose answer was never kept`
    const what = `${when}, and with it the new registration access token, ${rest}`
    const outcome = lost ? 'applied' : 'unknown'
    throw failure(call, 'management_locked', what, { ...told(lost ?? error), outcome, client })
  })
  return receive(answer, exchange.url, site, call, client)
}

/** Whether the token that is stored may have been replaced by one that nobody kept. */
export function isInDoubt({ interrupted }: Custody): boolean {
  return interrupted === 'update' || interrupted === 'get'
}

/** A read changes nothing but at servers that hand out a new token with it. */
function changes(body: Wire | undefined, { provider }: Call): boolean {
  return body !== undefined || provider?.rotatesOnRead === true
}

/** Reads an answer about a client, and saves what it holds before anybody sees it. */
export async function receive(
  answer: Answer,
  url: URL,
  { custody }: KeptSite,
  call: Call,
  previous?: ClientInformation,
): Promise<ClientInformation> {
  let client: ClientInformation
  try {
    client = readClientInformation(answer, url, call, previous)
  } catch (error) {
    const rescued = rescue((error as DcrError).client, previous, !call.provider?.secretGivenOnce)
    if (rescued && previous) await custody.keep(rescued, call, answer.details, answer.clock)
    else if (rescued) await custody.rescue(rescued, call, answer.details)
    throw error
  }
  return custody.keep(client, call, answer.details, answer.clock)
}

/** What an error says of a request, for another error about it. */
export function told({ endpoint = '', attempts = 0, outcome }: ErrorDetails | DcrError): ErrorDetails {
  return { endpoint, attempts, outcome }
}
