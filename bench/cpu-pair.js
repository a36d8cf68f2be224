import { answerParent } from './child.js'
import { peers } from './peers.js'

/*
 * Runs in a process of its own, with two contenders in it: each registers `count` clients in its turn, and the
 * microseconds of processor time that one of them cost are the answer.
 */
const pair = []
for (const name of process.argv.slice(2)) pair.push({ name, ...(await peers[name].load()) })

answerParent(async ({ servers, count }) => {
  pair.reverse()
  const costs = {}
  for (const { name, register } of pair) {
    const clients = new Set()
    const before = process.cpuUsage()
    for (let done = 0; done < count; done++) clients.add((await register(servers[name])).client_id)
    const { user, system } = process.cpuUsage(before)
    if (clients.size !== count) throw new Error(`${name} read ${clients.size} of ${count} clients`)
    costs[name] = (user + system) / count
  }
  return costs
})
