import { once } from 'node:events'
import { createServer } from 'node:net'

/*
 * A port that the system gave away and that was closed again is given away again: to a server of another test, or to a
 * connection. So none of these is one that systems give away by themselves, from 32768 on.
 */

/** Above the ports that no fetch connects to. A node of a Redis Cluster takes a second port, 10,000 above its own. */
const FIRST = 12_000
const COUNT = 10_000
/** How far the places are apart where two processes begin that were started one after the other. */
const APART = 97

let next = process.pid * APART

/** A loopback port that nobody listens on, and that no test is given while another uses it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + (next++ % COUNT)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
