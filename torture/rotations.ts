import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DcrClient, discover } from 'dcr-client'
import { startProvider } from '../test/servers/oidc-provider.js'
import { open, type Place } from './places.js'
import { startChild } from './processes.js'
import { isShort } from './seed.js'
import { insist } from './violation.js'

const PROCESSES = 8
/** Updates by each of them. */
const TIMES = isShort ? 25 : 100

const options = { allowInsecureRequests: true }

/**
 * Many processes update one client, at a real OpenID Provider that gives it a new token with each update: none of them ever
 * comes with an old one, and no update is lost.
 */
export async function rotations(place: Place): Promise<string> {
  const { issuer, close } = await startProvider({ management: 'rotating' })
  const statuses: Record<string, number> = {}
  const { host } = new URL(issuer)
  // Below the provider, which takes no more middleware once it has started.
  const count = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (request.headers.host !== host) return
    const what = `${request.method} ${response.statusCode}`
    statuses[what] = (statuses[what] ?? 0) + 1
  }
  subscribe('http.server.response.finish', count)
  const opened = await open(place)
  const server = await discover(issuer, options)
  const dcr = new DcrClient(server, { ...options, store: opened.store })
  const client = await dcr.register({ redirect_uris: ['https://app.example.com/cb'] })

  const children = Array.from({ length: PROCESSES }, () =>
    startChild({ do: 'update', place, server, client, times: TIMES }),
  )
  await Promise.all(children.map((child) => child.next('ready')))
  for (const child of children) child.begin()
  const ends = await Promise.all(children.map(({ ended }) => ended))
  const last = children.map(({ said }) => said.at(-1))
  insist(
    ends.every((end) => end === 0),
    'a process failed',
    () => ({ ends, last, statuses }),
  )
  insist(
    last.every((heard) => heard?.said !== 'error'),
    'an update failed',
    () => ({ last, statuses }),
  )

  const done = statuses['PUT 200'] ?? 0
  insist(done === PROCESSES * TIMES, `${done} updates were done`, () => statuses)
  // With the token in the store, and not with the first one, which is long void.
  await dcr.get(client)
  insist(
    !Object.keys(statuses).some((what) => / [45]/.test(what) && what !== 'GET 404'),
    'a request was refused',
    () => statuses,
  )
  unsubscribe('http.server.response.finish', count)
  await opened.close()
  await close()
  return `${PROCESSES} processes, ${done} updates, each with a new token: none refused, the last token works`
}
