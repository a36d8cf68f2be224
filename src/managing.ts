import { keep } from './custody.js'
import type { DcrError, ErrorDetails } from './errors.js'
import type { Call } from './http/call.js'
import { failure } from './http/failure.js'
import { type Exchange, request } from './http/request.js'
import type { Answer } from './http/send.js'
import { readClientInformation, rescue } from './information.js'
import { managementExchange, type Site } from './management.js'
import type { ClientInformation } from './types.js'
import type { Wire } from './wire.js'

/** Reads a client, or replaces it by `body`. `lost` is the error of the update that this read looks after. */
export async function manage(
  client: ClientInformation,
  site: Site,
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
  const earlier = lost && ({ earlier: 'unknown' } as const)
  const answer = await request({ ...exchange, ...body, secrets, ...earlier }, call).catch(
    (error: DcrError) => {
      // The token worked until an answer was lost, and no longer: that answer held the new one.
      const mine = exchange.token === client.registration_access_token
      const locked = mine && !body && error.code === 'unauthorized' && error.outcome === 'unknown'
      if (!locked) throw error.code === 'aborted' ? error : (lost ?? error)
      const { sentBack = [] } = call.provider ?? {}
      const rest = sentBack.includes('client_secret')
        ? 'and, it may be, a new secret'
        : 'but the client itself still works'
      const what = `had its answer lost, and with it the new registration access token, ${rest}`
      throw failure(call, 'management_locked', what, { ...told(lost ?? error), outcome: 'applied', client })
    },
  )
  return receive(answer, exchange.url, site, call, client)
}

/** Reads an answer about a client, and saves what it holds before anybody sees it. */
export async function receive(
  answer: Answer,
  url: URL,
  { custody }: Site,
  call: Call,
  previous?: ClientInformation,
): Promise<ClientInformation> {
  let client: ClientInformation
  try {
    client = readClientInformation(answer, url, call, previous)
  } catch (error) {
    const rescued = rescue((error as DcrError).client, previous)
    if (rescued) await keep('set', rescued, custody, call, answer.details)
    throw error
  }
  await keep('set', client, custody, call, answer.details)
  return client
}

/** What an error says of a request, for another error about it. */
export function told({ endpoint = '', attempts = 0, outcome }: ErrorDetails | DcrError): ErrorDetails {
  return { endpoint, attempts, outcome }
}
