import { answerParent } from './child.js'
import { peers } from './peers.js'

/* Runs in a process of its own: registers as often as the parent asks, and answers what that cost this process. */
const [name] = process.argv.slice(2)
const { register } = await peers[name].load()

answerParent(async ({ server, count }) => {
  const before = process.cpuUsage()
  let last
  for (let done = 0; done < count; done++) last = await register(server)
  const { user, system } = process.cpuUsage(before)
  return { microseconds: (user + system) / count, last: last.client_id }
})
