import { parse } from '../http/url.js'

/** A `fetch` as the transports of the MCP SDKs take it: of a URL, never of a `Request`. */
export type TransportFetch = (input: string | URL, init?: RequestInit) => Promise<Response>

/** What a transport sends with, noting how the resource says that one may not get in. */
export interface ChallengeNoting {
  readonly fetch: TransportFetch
  /** The challenge that nobody has gone by yet. */
  noted(): string | undefined
  /** Says that it has been gone by. */
  settle(challenge: string | undefined): void
}

export function challengeNoting(
  resource: string | URL,
  send: TransportFetch = (input, init) => fetch(input, init),
): ChallengeNoting {
  const url = parse(`${resource}`)
  let latest: string | undefined
  return {
    async fetch(input, init) {
      const response = await send(input, init)
      // A token endpoint has challenges too, and an SDK sends to it with the same.
      const isOfResource = url !== undefined && parse(`${input}`)?.href === url.href
      if (isOfResource && (response.status === 401 || response.status === 403)) {
        latest = response.headers.get('www-authenticate') ?? latest
      }
      return response
    },
    noted: () => latest,
    settle(challenge) {
      if (latest === challenge) latest = undefined
    },
  }
}
