import type { Call } from '../http/call.js'
import { callableUrl } from '../http/url.js'

/** As both libraries call a `fetch`: in place of a `Request`, with what makes one. */
export type RequestFunction = (url: string, init: object) => Promise<Response>

/** Makes the requests of another library by our rules: https, or http on this machine where that is allowed. */
export function requestsBy(call: Call): RequestFunction {
  return async (url, init) => {
    callableUrl(url, 'the URL of a request', call)
    const request = new Request(url, init)
    return call.fetch ? call.fetch(request) : fetch(request)
  }
}
