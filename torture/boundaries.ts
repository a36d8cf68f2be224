import { access } from 'node:fs/promises'
import { type DcrError, Registrar } from 'dcr-client'
import { fileStore } from 'dcr-client/stores/file'
import { credentialOf } from './credential.js'
import { atRest, checkTidy, copyOf, newDirectory } from './folders.js'
import { check, type Scene, settle } from './invariants.js'
import { startChild } from './processes.js'
import { options, type Scenario, scenarios } from './scenarios.js'
import { type Server, startServer } from './server.js'
import type { KillPoint, Task } from './tasks.js'
import { timed } from './timed-store.js'
import { insist, Violation } from './violation.js'

/** Milliseconds: what the file store promises of a lock whose process was killed. */
export const LONGEST_WAIT = 2_000

/** Processes that are started and killed at the same time: one for each core of a small machine. */
const LANES = 2

function stageAt(directory: string, server: Server) {
  const watch = timed(fileStore({ directory }))
  return { ...watch, watch, server, registrar: new Registrar({ ...options, store: watch.store }) }
}

/** What changes nothing, on the disk or at the server. */
const LOOKS = /^before (lstat|stat|readFile|readlink|readdir) /

/** Kills a process at every boundary of what it does, and checks each time that all is well, or said not to be. */
async function killEverywhere(scenario: Scenario, lane: number): Promise<number> {
  const server = await startServer(scenario.management)
  const directory = await newDirectory()
  const stage = stageAt(directory, server)
  const act = await scenario.prepare(stage)
  await atRest(stage.store)
  const isEmpty = await access(directory).then(
    () => false,
    () => true,
  )
  const restore = server.snapshot()

  const survives = async (kill: KillPoint): Promise<string> => {
    restore()
    const copy = isEmpty ? await newDirectory() : await copyOf(directory)
    const child = startChild({ ...act, place: { kind: 'file', directory: copy }, kill } as Task)
    const end = await child.ended
    await server.quiet()
    const [at = 'at its end'] = child.said.flatMap((heard) => (heard.said === 'killed' ? heard.at : []))
    try {
      insist(end === 0 || end === 'SIGKILL', `the process ended with ${end}`, () => child.said)
      insist(!child.said.some(({ said }) => said === 'error'), 'the process failed', () => child.said)
      const kept = child.said.flatMap((heard) => (heard.said === 'kept' ? heard.credential : []))
      await recover(scenario, copy, server, new Set(kept))
    } catch (error) {
      const where = `${scenario.name}, killed at ${kill.number} (${at}), in ${copy}`
      throw new Violation(`${where}: ${(error as Error).stack}`)
    }
    return at
  }

  let kills = 0
  for (let number = lane; ; number += LANES) {
    const at = await survives({ number, when: 'before' })
    if (at === 'at its end') break
    kills++
    // After what only looks is before what comes next.
    if (LOOKS.test(at)) continue
    await survives({ number, when: 'after' })
    kills++
  }
  await server.close()
  return kills
}

/** What must hold of what a process left that was killed, and what must be possible then. */
async function recover(
  scenario: Scenario,
  directory: string,
  server: Server,
  kept: ReadonlySet<string>,
): Promise<void> {
  const stage = stageAt(directory, server)
  const scene: Scene = { ...stage, kept }
  const { isLockedOut } = await check(scene)
  const again = () => scenario.again(stage)
  const client = await again().catch((error: DcrError) => {
    insist(error.code === 'management_locked', `the next one failed: ${error.stack}`)
    insist(isLockedOut, 'the next one said that it is locked out, and it is not')
    return scenario.outlivesLockout ? again() : undefined
  })
  const { watch } = stage
  insist(watch.longestWait <= LONGEST_WAIT, `the lock was waited for ${watch.longestWait} ms`)
  const posts = server.count('POST')
  insist(posts <= scenario.mostPosts, `${posts} registrations were sent`, () => server.log)
  await settle(scene)
  if (!client) return

  const now = server.clients.get(client.client_id)
  insist(
    now && credentialOf(now) === credentialOf(client),
    'the client in force is not the one at the server',
  )
  if (scenario.mostPosts > 0) {
    const requests = server.log.length
    const warm = await again()
    insist(server.log.length === requests, 'something was sent for a client that was there', () => server.log)
    insist(credentialOf(warm) === credentialOf(client), 'the store gave another client than it was given')
  }
  await atRest(stage.store)
  await checkTidy(directory)
}

export async function boundaries(): Promise<string> {
  const counts: string[] = []
  let total = 0
  for (const scenario of scenarios) {
    const lanes = Array.from({ length: LANES }, (_, lane) => killEverywhere(scenario, lane + 1))
    const kills = await Promise.all(lanes)
    total += kills.reduce((sum, count) => sum + count)
    counts.push(`${scenario.name} ${kills.reduce((sum, count) => sum + count)}`)
  }
  return `${total} kill points: ${counts.join(', ')}`
}
