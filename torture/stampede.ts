import type { Place } from './places.js'
import { type Child, startChild } from './processes.js'
import { isShort } from './seed.js'
import { startServer } from './server.js'
import { insist } from './violation.js'

/** Processes that want the same client at the same moment. */
const PROCESSES = isShort ? 20 : 50

/** Processes that are being started at a time: more of them only get in each other's way. */
const STARTING = 4

/** All of them get the same client, and the server is asked for one. */
export async function stampede(place: Place): Promise<string> {
  const server = await startServer('rotating')
  const wanted = { redirect_uris: ['https://app.example.com/cb'] }
  const herd: Child[] = []
  const start = async () => {
    while (herd.length < PROCESSES) {
      const child = startChild({ do: 'ensure', place, issuer: server.metadata, wanted })
      herd.push(child)
      await child.next('ready')
    }
  }
  await Promise.all(Array.from({ length: STARTING }, start))
  for (const child of herd) child.begin()
  const ends = await Promise.all(herd.map(({ ended }) => ended))

  const said = herd.map((child) => child.said)
  const results = said
    .flat()
    .flatMap((heard) => (heard.said === 'result' ? JSON.stringify(heard.client) : []))
  insist(ends.every((end) => end === 0) && results.length === PROCESSES, 'a process failed', () => said)
  insist(server.count('POST') === 1, `${server.count('POST')} registrations arrived`, () => server.log)
  insist(new Set(results).size === 1, 'they did not all get the same client', () => [...new Set(results)])
  await server.close()
  return `${PROCESSES} processes, 1 registration, ${PROCESSES} equal clients`
}
