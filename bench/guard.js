import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { guardedFetch } from '../dist/node.js'
import { median } from './median.js'
import { table } from './table.js'

/*
 * What one request costs through the guard, to one through the global fetch, and to undici with a lookup of its own
 * where it is installed beside this file (`npm install --no-save undici@7`). They take turns in one process, on
 * connections that are kept; the server is a process of its own.
 */

/** Requests of each before the first round: after that, the numbers hardly fall. */
const WARM_UP = 500
/** Many short rounds: a disturbance from outside spoils the ratio of one of them. */
const ROUNDS = 30
const REQUESTS = 100

if (process.send) {
  const body = JSON.stringify({ client_id: 'c1', redirect_uris: ['https://app.example.com/cb'] })
  const server = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  process.send(server.address().port)
  process.on('disconnect', () => process.exit())
} else {
  await measure()
}

async function measure() {
  const server = fork(fileURLToPath(import.meta.url))
  const [port] = await once(server, 'message')
  const url = `http://as.example:${port}/register`
  const guard = guardedFetch({ allow: [`as.example:${port}`], lookup: async () => ['127.0.0.1'] })
  const contenders = {
    fetch: (init) => fetch(new Request(url.replace('as.example', '127.0.0.1'), init)),
    guardedFetch: (init) => guard(new Request(url, init)),
  }
  const undici = await import('undici').catch(() => undefined)
  if (undici) {
    const lookup = (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }])
    const dispatcher = new undici.Agent({ connect: { lookup } })
    contenders['undici, with a lookup'] = (init) =>
      undici.fetch(new undici.Request(url, init), { dispatcher })
  }
  const costs = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (const send of Object.values(contenders)) await run(send, WARM_UP)
  for (let round = 0; round < ROUNDS; round++) {
    const names = Object.keys(contenders)
    for (const name of round % 2 ? names.toReversed() : names)
      costs[name].push(await run(contenders[name], REQUESTS))
  }
  server.disconnect()
  const ratio = (name) => median(costs[name].map((cost, round) => cost / costs.fetch[round]))
  const rows = Object.keys(contenders).map((name) => [
    name,
    median(costs[name]).toFixed(0),
    ratio(name).toFixed(2),
  ])
  console.log(`CPU of one request, median of ${ROUNDS} rounds of ${REQUESTS}\n`)
  console.log(table(['through', 'µs', 'ratio'], rows))
}

/** Microseconds of user and system time for one request, its answer read to the end. */
async function run(send, count) {
  const init = {
    method: 'POST',
    body: JSON.stringify({ client_name: 'App' }),
    headers: { authorization: 'Bearer t' },
  }
  const before = process.cpuUsage()
  for (let done = 0; done < count; done++) {
    const answer = await (await send(init)).text()
    if (!answer.includes('c1')) throw new Error('not the answer')
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}
