import { Registrar } from 'dcr-client'
import { storeIn } from './disk-store.js'
import { atRest, newDirectory } from './folders.js'
import { type Scene, settle } from './invariants.js'
import { options } from './scenarios.js'
import { isShort } from './seed.js'
import { type Management, startServer } from './server.js'
import { killTree, type Moment, randomMoment, TOGETHER } from './trees.js'
import { insist, Violation } from './violation.js'

/** Trees at the servers of each lane: 1,000 kills in all. */
const TREES = isShort ? 16 : 125

/** Which processes are started and killed at which kind of server, in two lanes that take as long. */
const LANES: readonly (readonly [Management, number])[][] = [
  [['rotating', TREES]],
  [
    ['delete', Math.ceil(TREES / 2)],
    ['none', Math.floor(TREES / 2)],
  ],
]

/** Takes away what nobody can clean up but the operator of the server, so that the next begin as the first did. */
async function clear({ registrar, server, store }: Scene): Promise<void> {
  for (const orphan of await registrar.orphans()) await registrar.forget(orphan)
  const inForce = (await store.list()).map(([, { client }]) => client?.client_id)
  for (const client_id of server.clients.keys()) {
    if (!inForce.includes(client_id)) server.clients.delete(client_id)
  }
}

/** @returns How many clients were given to processes before they were killed. */
async function killTrees(management: Management, trees: readonly (readonly Moment[])[]): Promise<number> {
  const server = await startServer(management)
  const directory = await newDirectory()
  const store = storeIn(directory)
  const registrar = new Registrar({ ...options, store })
  let given = 0
  for (const [index, moments] of trees.entries()) {
    const label = `${management}, tree ${index}`
    try {
      const { kept, results } = await killTree(directory, server.metadata, label, moments)
      given += results
      await server.quiet()
      const scene: Scene = { store, registrar, server, kept }
      await settle(scene)
      await clear(scene)
      await atRest(store)
    } catch (error) {
      throw new Violation(
        `${label}, killed at ${JSON.stringify(moments)}, in ${directory}: ${(error as Error).stack}`,
      )
    }
  }
  await server.close()
  return given
}

/** Kills processes at moments that the seed chooses, and checks after each tree of them that nothing is lost. */
export async function moments(): Promise<string> {
  // Chosen before anything runs, so that the seed decides on them and not the order of what happens.
  const lanes = LANES.map((lane) =>
    lane.map(([management, count]) => ({
      management,
      trees: Array.from({ length: count }, () => Array.from({ length: TOGETHER }, randomMoment)),
    })),
  )
  const run = async (lane: (typeof lanes)[number]) => {
    let given = 0
    for (const { management, trees } of lane) given += await killTrees(management, trees)
    return given
  }
  const given = (await Promise.all(lanes.map(run))).reduce((sum, count) => sum + count, 0)
  const kills = TOGETHER * lanes.flat().reduce((sum, { trees }) => sum + trees.length, 0)
  // Otherwise they were killed before they did anything.
  insist(given > kills / 10, `${given} clients were given before ${kills} kills`)
  return `${kills} kills at random moments, ${given} clients given before: none lost, none unknown`
}
