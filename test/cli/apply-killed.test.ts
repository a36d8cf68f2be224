import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { writeManifest } from './apply-set-up.js'
import { dcr, emptyFolder, MANY_PROCESSES, startDcr } from './run-dcr.js'

const HTTP = '--allow-insecure-requests'
const CLIENTS = 60
/** The usual concurrency: as many requests can be in flight. */
const IN_FLIGHT = 4

test(
  'killed again and again it goes on, and what is one too many is listed',
  async () => {
    const server = await startAuthorizationServer()
    const folder = emptyFolder()
    const file = writeManifest(folder, server.origin, CLIENTS)
    const posts = () => server.requests.filter(({ method }) => method === 'POST').length
    let kills = 0
    for (; kills < 4; kills++) {
      // Late enough that those in flight at the last kill are answered by now: each client is hit once at most.
      const enough = posts() + 2 * IN_FLIGHT + Math.floor(Math.random() * IN_FLIGHT)
      const { child, result } = startDcr(['apply', file, HTTP], { folder })
      await expect.poll(posts, { timeout: 30_000, interval: 1 }).toBeGreaterThanOrEqual(enough)
      child.kill('SIGKILL')
      await result
    }
    const last = await dcr(['apply', file, '--events', HTTP], { folder })
    expect(last.code).toBe(0)
    const listed = await dcr(['list'], { folder })
    expect(JSON.parse(listed.stdout)).toHaveLength(CLIENTS)
    const surplus = server.clients.size - CLIENTS
    expect(surplus).toBeLessThanOrEqual(kills * IN_FLIGHT)
    const orphans = JSON.parse((await dcr(['orphans'], { folder })).stdout)
    expect(orphans.length).toBeGreaterThanOrEqual(surplus)
    expect(orphans.length).toBeLessThanOrEqual(kills * IN_FLIGHT)
    // Nobody is registered twice but who was in flight.
    const names = [...server.clients.values()].map(({ client_name }) => client_name)
    const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
    const inDoubt = new Set(orphans.map(({ client_name }: { client_name?: string }) => client_name))
    for (const name of twice) expect(inDoubt).toContain(name)

    const sent = server.requests.length
    expect((await dcr(['apply', file, HTTP], { folder })).stderr).toBe(`${CLIENTS} unchanged.\n`)
    expect(server.requests).toHaveLength(sent)
  },
  MANY_PROCESSES,
)
