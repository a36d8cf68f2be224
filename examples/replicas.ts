/**
 * Two replicas of an application start at the same moment, with a store in Redis that they share: one registers, and both
 * have the client. It needs `redis-server`, and says so where there is none.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startProvider } from '../test/servers/oidc-provider.js'
import { folderOf } from '../test/servers/programs.js'
import { REDIS, startRedis } from '../test/servers/redis.js'
import { say } from './say.js'

if (folderOf(...REDIS)) await start()
else {
  say('Skipped', `this needs ${REDIS}, which is not installed`)
  // As for the tests: where servers are required, it is a failure.
  if (process.env.DCR_REQUIRE_SERVERS) process.exitCode = 1
}

async function start(): Promise<void> {
  const redis = await startRedis()
  const provider = await startProvider()
  say('Started', `Redis at ${redis.url}, and an authorization server at ${provider.issuer}`)
  let registrations = 0
  provider.provider.on('registration_create.success', () => registrations++)
  try {
    const codes = await Promise.all(['one', 'two'].map((name) => replica(name, redis.url, provider.issuer)))
    say('Registered', `${registrations} client at the server`)
    if (registrations !== 1 || codes.some((code) => code !== 0)) process.exitCode = 1
  } finally {
    await Promise.all([redis.stop(), provider.close()])
  }
}

/** Runs a replica in a process of its own, to its end. */
async function replica(name: string, url: string, issuer: string): Promise<number> {
  const file = fileURLToPath(new URL('replica.ts', import.meta.url))
  const [code] = await once(fork(file, [name, url, issuer]), 'exit')
  return code
}
