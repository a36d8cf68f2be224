import type { DcrError } from 'dcr-client'
import { credentialOf } from './credential.js'
import { KIND } from './disk-store.js'
import { atRest, checkTidy } from './folders.js'
import { check, type Scene, settle } from './invariants.js'
import { startChild } from './processes.js'
import { type Scenario, scenarios } from './scenarios.js'
import { isShort, randomBelow } from './seed.js'
import type { Server } from './server.js'
import { prepared, stageAt } from './stage.js'
import type { KillPoint, Task } from './tasks.js'
import { insist, Violation } from './violation.js'

/** Milliseconds: what the file store promises of a lock whose process was killed. */
const LONGEST_WAIT = 2_000

/** Processes that are started and killed at the same time: one for each core of a small machine. */
const LANES = 2

/** Of so many boundaries one has a kill. */
const EACH = isShort ? 2 : 1

/** Kills a process at every boundary of what it does, and checks each time that all is well, or said not to be. */
async function killEverywhere(scenario: Scenario, lane: number): Promise<number> {
  const { server, act, again } = await prepared(scenario)
  const survives = async (kill: KillPoint) => {
    const copy = await again()
    const child = startChild({ ...act, place: { kind: KIND, directory: copy }, kill } as Task)
    const end = await child.ended
    await server.quiet()
    const killed = child.said.find((heard) => heard.said === 'killed')
    try {
      insist(end === 0 || end === 'SIGKILL', `the process ended with ${end}`, () => child.said)
      insist(!child.said.some(({ said }) => said === 'error'), 'the process failed', () => child.said)
      const kept = child.said.flatMap((heard) => (heard.said === 'kept' ? heard.credential : []))
      await recover(scenario, copy, server, new Set(kept))
    } catch (error) {
      const where = `${scenario.name}, killed at ${kill.when} ${kill.number} (${killed?.at ?? 'its end'}), in ${copy}`
      throw new Violation(`${where}: ${(error as Error).stack}`)
    }
    return killed
  }

  let kills = 0
  for (let number = lane + LANES * randomBelow(EACH); ; number += LANES * EACH) {
    const killed = await survives({ number, when: 'before' })
    if (killed) kills++
    // Where each waits for the one before, after that one and before this is the same boundary.
    if (!killed?.isAfterLast && (await survives({ number: number - 1, when: 'after' }))) kills++
    if (!killed) break
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
