import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { POSTGRES, startPostgres } from '../servers/postgres.js'
import { describeWith } from '../servers/programs.js'
import { REDIS, startRedis } from '../servers/redis.js'
import { writeManifest } from './apply-set-up.js'
import { dcr, emptyFolder, startDcr } from './run-dcr.js'

/* Machines that share a database do one manifest: each its part, or two the same, or one that dies. */

const HTTP = '--allow-insecure-requests'
const CLIENTS = 24
/** The usual concurrency: as many requests can be in flight at a kill. */
const IN_FLIGHT = 4
/** Milliseconds: what a dead process has locked in Redis is free after half a minute. */
const WITH_A_LEASE = 90_000

const databases = [
  { name: 'Redis', programs: REDIS, start: () => startRedis() },
  { name: 'PostgreSQL', programs: POSTGRES, start: () => startPostgres() },
] as const

for (const { name, programs, start } of databases) {
  describeWith(programs, name, () => {
    test('shards, overlapping and killed ones', { timeout: WITH_A_LEASE }, async () => {
      const database = await start()
      try {
        const server = await startAuthorizationServer()
        const folder = emptyFolder()
        const file = writeManifest(folder, server.origin, CLIENTS)
        const given = { folder, environment: { DCR_STORE: database.url }, timeout: WITH_A_LEASE }
        const shard = (part: string) => dcr(['apply', file, '--shard', part, HTTP], given)
        const posts = () => server.requests.filter(({ method }) => method === 'POST').length

        // The quarters of one plan and the halves of another have clients in common.
        const shards = await Promise.all(['1/4', '2/4', '1/2'].map(shard))
        expect(shards.map(({ code, stderr }) => [code, stderr])).toEqual(
          shards.map(() => [0, expect.stringMatching(/registered|unchanged/)]),
        )
        expect(server.clients.size).toBe(posts())
        const names = [...server.clients.values()].map(({ client_name }) => client_name)
        expect(new Set(names).size).toBe(names.length)

        // So that there is something left to do, whichever clients the shards have had.
        writeManifest(folder, server.origin, 2 * CLIENTS)
        const { child, result } = startDcr(['apply', file, HTTP], given)
        const before = posts()
        await expect.poll(posts, { timeout: 30_000, interval: 1 }).toBeGreaterThan(before)
        child.kill('SIGKILL')
        await result
        const rest = await dcr(['apply', file, HTTP], given)
        expect([rest.code, rest.stderr]).toEqual([0, expect.stringMatching(/^\d+ unchanged|registered/)])

        const surplus = server.clients.size - 2 * CLIENTS
        expect(surplus).toBeLessThanOrEqual(IN_FLIGHT)
        const orphans = JSON.parse((await dcr(['orphans'], given)).stdout)
        expect(orphans.length).toBeGreaterThanOrEqual(surplus)
        const sent = server.requests.length
        expect((await shard('1/1')).stderr).toBe(`${2 * CLIENTS} unchanged.\n`)
        expect(server.requests).toHaveLength(sent)
      } finally {
        await database.stop()
      }
    })
  })
}
