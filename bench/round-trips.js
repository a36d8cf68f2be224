import { startChild } from './child.js'
import { layouts } from './layouts.js'
import { median } from './median.js'
import { peers } from './peers.js'

/** Milliseconds per answer: so much more than loopback and parsing take that their sum rounds to whole answers. */
export const LATENCY = 100
/** The first run of a contender also compiles it. */
export const RUNS = 3
const WANTED = 2

export async function roundTrips() {
  const server = startChild('server.js')
  const names = Object.keys(peers)
  const loaded = {}
  for (const name of names) loaded[name] = await peers[name].load()

  const rows = []
  const ours = []
  for (const name of names.filter((each) => loaded[each].connect)) {
    const row = []
    for (const layout of Object.keys(layouts)) {
      const measured = await measure(server, { layout }, loaded[name].connect)
      row.push(measured.shown)
      if (name === 'dcr-client') ours.push(measured.rounds)
    }
    rows.push([name, ...row])
  }
  server.stop()

  return {
    title: 'Round trips from an issuer to a registered client',
    note: `Requests one after another, by the server's log (and as wall time / latency of ${LATENCY} ms); in brackets the\nrequests in all. ${RUNS} runs.`,
    head: ['contender', ...Object.keys(layouts)],
    rows,
    target: {
      name: 'round trips, every layout',
      wanted: `${WANTED}`,
      measured: ours.join(', '),
      met: ours.every((rounds) => rounds === WANTED),
    },
  }
}

/** @param connect - Gets the issuer, and the URL of the resource if there is to be one. */
export async function measure(server, settings, connect) {
  const { index, issuer, resource } = await server.ask({ question: 'start', latency: LATENCY, ...settings })
  const runs = []
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now()
    const failure = await connect(issuer, resource).then(
      ({ client_id }) => (client_id === `client-${run + 1}` ? undefined : `another client: ${client_id}`),
      (error) => error,
    )
    const wall = (performance.now() - started) / LATENCY
    const log = await server.ask({ question: 'log', index })
    runs.push({ failure, wall, requests: log.length, rounds: longestChain(log) })
  }
  const clients = await server.ask({ question: 'clients', index })
  const failed = runs.filter(({ failure }) => failure)
  if (failed.length !== 0 && failed.length !== RUNS) throw failed[0].failure
  if (clients !== RUNS - failed.length)
    throw new Error(`${JSON.stringify(settings)}: ${clients} clients after ${RUNS} runs`)

  const rounds = median(runs.map((run) => run.rounds))
  const requests = median(runs.map((run) => run.requests))
  // The fastest: a slower one waited for this machine, not for the server.
  const wall = Math.min(...runs.map((run) => run.wall))
  if (failed.length > 0) return { rounds: Number.POSITIVE_INFINITY, shown: `not found after ${rounds}` }
  return { rounds: Math.max(rounds, Math.round(wall)), shown: `${rounds} (${wall.toFixed(2)}) [${requests}]` }
}

/** A request that arrives after another was answered stands behind it; those in flight together stand abreast. */
function longestChain(log) {
  const inOrder = log.toSorted((a, b) => a.start - b.start)
  for (const entry of inOrder) {
    const before = inOrder.filter((other) => other.end <= entry.start)
    entry.depth = 1 + Math.max(0, ...before.map((other) => other.depth))
  }
  return Math.max(0, ...inOrder.map((entry) => entry.depth))
}
