import { exchange } from './exchange.js'
import { type GuardedFetchOptions, settingsOf } from './options.js'
import { asksLookup } from './self-test.js'
import { checkTarget, refusal, targetOf } from './target.js'

/**
 * A `fetch` that connects to public addresses only, for URLs that strangers name: their servers cannot make this process
 * call what only it can reach. Every address of a name is checked, and those that were checked are the ones connected
 * to, with each connection anew. Redirects are not followed, proxies of the environment not used, and certificates
 * always verified.
 *
 * It speaks HTTP/1.1 and asks for no compression. The body of a request is read whole before it is sent. An answer has
 * neither `url` nor `statusText`. There is no deadline but that of connecting: give the request a `signal`, as
 * `DcrClient` does by its `timeout`. It is for Node, Bun and Deno; a runtime that does not ask the guard where a name leads is
 * refused.
 *
 * What it returns rejects with a `DcrError` or with the reason of the request's signal: `blocked_address`;
 * `invalid_url`, if it is neither `https:` nor `http:`; `network_error`, where only what happened before there was a
 * connection has the outcome `not_sent`; and `invalid_response`, while the body is read, if it is compressed.
 *
 * @throws {DcrError} `invalid_argument`: the message names the option.
 * @example
 * const dcr = new DcrClient(server, { fetch: guardedFetch() })
 */
export function guardedFetch(options: GuardedFetchOptions = {}): (request: Request) => Promise<Response> {
  const settings = settingsOf(options)
  return async (request) => {
    const { signal } = request
    signal.throwIfAborted()
    const target = targetOf(request, settings)
    checkTarget(target)
    // Whole, so that the server is told its length: many take no other.
    const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined
    if (!target.isLiteral && !(await asksLookup(settings))) {
      const what =
        'is not connected to: this runtime does not let the guard check where a name leads; use Node'
      throw refusal(target, 'blocked_address', what)
    }
    signal.throwIfAborted()
    return exchange(request, body, target, settings)
  }
}
