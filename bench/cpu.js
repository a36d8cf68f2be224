import { startChild } from './child.js'
import { median } from './median.js'
import { peers } from './peers.js'

/** Processes per contender, one after another: how the compiler and the collector treat one of them is luck. */
const SITTINGS = 3
/** Registrations of each of the two before the first round: after some 3000 in all, the numbers hardly fall. */
const WARM_UP = 1500
/** Many short rounds: a disturbance from outside spoils the ratio of one of them. */
const ROUNDS = 20
const REGISTRATIONS = 60
const WANTED = 1.2

/*
 * Each contender shares a process with fetch and takes turns with it, so that both meet the same compiled code of
 * fetch and the same heap: these move the cost of a registration by more than what is to be measured, and in a
 * process each the ratios of two runs were 15 % and more apart. The other contenders are not there, as their
 * shapes would slow down this one. A ratio is taken within each round, and its median over all rounds is told.
 * The server is a third process: its work is on nobody's bill.
 */
export async function cpu() {
  const names = []
  for (const name of Object.keys(peers)) if ((await peers[name].load()).register) names.push(name)
  const rounds = Object.fromEntries(names.map((name) => [name, []]))
  for (let sitting = 0; sitting < SITTINGS; sitting++) {
    for (const name of names.filter((each) => each !== 'fetch')) {
      const measured = await sit(['fetch', name])
      rounds.fetch.push(...measured)
      rounds[name].push(...measured)
    }
  }

  const results = names
    .map((name) => ({
      name,
      microseconds: median(rounds[name].map((costs) => costs[name])),
      ratio: median(rounds[name].map((costs) => costs[name] / costs.fetch)),
    }))
    .toSorted((a, b) => a.ratio - b.ratio)
  const ours = results.find(({ name }) => name === 'dcr-client').ratio
  return {
    title: 'CPU per registration',
    note: `User and system time of the client's process, ${SITTINGS} × ${ROUNDS} rounds of ${REGISTRATIONS} registrations, one after another over\na kept-alive connection; medians, ratio to fetch and JSON.parse in the same process.`,
    head: ['contender', 'µs', 'ratio'],
    rows: results.map(({ name, microseconds, ratio }) => [name, microseconds.toFixed(0), ratio.toFixed(2)]),
    target: {
      name: 'CPU per registration, to fetch',
      wanted: `≤ ${WANTED.toFixed(2)}`,
      measured: ours.toFixed(2),
      met: ours <= WANTED,
    },
  }
}

/** What the registrations of both cost, round by round. */
async function sit(names) {
  const server = startChild('server.js')
  const pair = startChild('cpu-pair.js', ...names)
  const servers = {}
  const indices = {}
  for (const name of names) {
    const started = await server.ask({ question: 'start', layout: 'root, RFC 8414', latency: 0 })
    servers[name] = started.metadata
    indices[name] = started.index
  }
  await pair.ask({ servers, count: WARM_UP })
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await pair.ask({ servers, count: REGISTRATIONS }))
  for (const name of names) {
    const clients = await server.ask({ question: 'clients', index: indices[name] })
    if (clients !== WARM_UP + ROUNDS * REGISTRATIONS) throw new Error(`${name} registered ${clients} clients`)
  }
  pair.stop()
  server.stop()
  return rounds
}
