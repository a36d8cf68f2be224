import { callableUrl } from '../http/url.js'
import type { HandOverOptions } from './options.js'

/** As both libraries call a `fetch`: in place of a `Request`, with what makes one. */
export type RequestFunction = (url: string, init: object) => Promise<Response>

/** Makes the requests of another library by our rules: https, or http on this machine where that is allowed. */
export function requestsBy({ fetch: given, allowInsecureRequests }: HandOverOptions): RequestFunction {
  return async (url, init) => {
    callableUrl(url, 'the URL', { operation: 'request', allowInsecureRequests })
    const request = new Request(url, init)
    return given ? given(request) : fetch(request)
  }
}
