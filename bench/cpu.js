import { startChild } from './child.js'
import { median } from './median.js'
import { peers } from './peers.js'

/** Registrations before the first round: until the optimizing compiler has seen all of it. */
const WARM_UP = 1500
const ROUNDS = 25
const REGISTRATIONS = 300
const WANTED = 1.3

/*
 * Each contender lives in a process of its own, so that nobody's garbage, shapes or inline caches are another's,
 * and all live at the same time and take turns, so that a slow minute of the machine is slow for everyone. A
 * ratio is taken within each round, and the median over the rounds is told. The server is a further process:
 * its work is on nobody's bill.
 */
export async function cpu() {
  const server = startChild('server.js')
  const names = []
  for (const name of Object.keys(peers)) if ((await peers[name].load()).register) names.push(name)
  const contenders = []
  for (const name of names) {
    const started = await server.ask({ question: 'start', layout: 'root, RFC 8414', latency: 0 })
    contenders.push({ name, ...started, child: startChild('cpu-contender.js', name), rounds: [] })
  }
  const registerAll = async (count) => {
    for (const contender of contenders) {
      const { microseconds } = await contender.child.ask({ server: contender.metadata, count })
      contender.rounds.push(microseconds)
    }
  }
  await registerAll(WARM_UP)
  for (const contender of contenders) contender.rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    await registerAll(REGISTRATIONS)
    // Whoever goes after the heaviest is not always the same one.
    contenders.push(contenders.shift())
  }

  for (const { name, index, child } of contenders) {
    const clients = await server.ask({ question: 'clients', index })
    if (clients !== WARM_UP + ROUNDS * REGISTRATIONS) throw new Error(`${name} registered ${clients} clients`)
    child.stop()
  }
  server.stop()

  const base = contenders.find(({ name }) => name === 'fetch').rounds
  const ratio = ({ rounds }) => median(rounds.map((value, round) => value / base[round]))
  const results = contenders
    .map((contender) => ({ ...contender, ratio: ratio(contender) }))
    .toSorted((a, b) => a.ratio - b.ratio)
  const ours = results.find(({ name }) => name === 'dcr-client').ratio

  return {
    title: 'CPU per registration',
    note: `User and system time of the client's process, ${ROUNDS} rounds of ${REGISTRATIONS} registrations, one after another over a\nkept-alive connection; medians, ratio to fetch and JSON.parse.`,
    head: ['contender', 'µs', 'ratio'],
    rows: results.map(({ name, rounds, ratio }) => [name, median(rounds).toFixed(0), ratio.toFixed(2)]),
    target: {
      name: 'CPU per registration, to fetch',
      wanted: `≤ ${WANTED.toFixed(2)}`,
      measured: ours.toFixed(2),
      met: ours <= WANTED,
    },
  }
}
