import { intending } from '../custody/custody.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { request } from '../http/request.js'
import { callableUrl } from '../http/url.js'
import type { JsonObject } from '../json.js'
import { checkWhole } from '../metadata/checking.js'
import { warnOfDoubts } from '../metadata/doubts.js'
import { permitted, toWire } from '../metadata/wire.js'
import type { ClientInformation, ClientMetadata } from '../types.js'
import { checkHome, isAtHome } from './configuration-url.js'
import { receive } from './managing.js'
import type { KeptSite } from './site.js'
import { warnOfDifferences } from './updating.js'

/** Registers a new client, its metadata as `described` gives them. What cannot be sent is refused before anything is. */
export async function register(
  requested: JsonObject,
  site: KeptSite,
  call: Call,
): Promise<ClientInformation> {
  const { server, credentials, custody } = site
  const { registration_endpoint, issuer } = server
  if (!registration_endpoint) {
    throw failure(
      call,
      'registration_not_supported',
      `the metadata of ${issuer} names no registration_endpoint`,
    )
  }
  const url = callableUrl(registration_endpoint, 'registration_endpoint', call)
  checkWhole(requested, call)
  warnOfDoubts(requested, call)
  const body = await toWire(permitted(requested, call), 'register', call)
  const token = credentials.initialAccessToken
  if (token !== undefined) checkHome(url, server, call)
  else if (!isAtHome(url, issuer)) {
    call.warn(
      'cross_origin_endpoint',
      'The endpoint is at another origin than the issuer.',
      'registration_endpoint',
    )
  }

  const send = () => request({ method: 'POST', url, ...body, token, scheme: call.provider?.scheme }, call)
  const answer = await intending(custody, 'register', call, send, requested as ClientMetadata)
  const client = await receive(answer, url, site, call)
  if (answer.status !== 201)
    call.warn('unexpected_status', `The status is ${answer.status} where 201 is due.`)
  warnOfDifferences(requested, client, call)
  return client
}
