import { type ClientInformation, DcrClient, DcrError } from 'dcr-client'
import { breakableDisk, type Failure } from './broken-disk.js'
import { credentialOf } from './credential.js'
import { atRest, checkTidy, removeDirectories } from './folders.js'
import { check, settle } from './invariants.js'
import { options, type Scenario, scenarios } from './scenarios.js'
import { type Prepared, prepared, type Stage, stageAt } from './stage.js'
import { insist, Violation } from './violation.js'

/**
 * Has each operation of the disk fail in turn while this process plays the scenario, and checks what it was told, what
 * is stored, and that it goes on as soon as the disk does.
 *
 * @returns How many operations failed.
 */
export async function breakEverywhere(name: string, failure: Failure): Promise<number> {
  const scenario = scenarios.find((one) => one.name === name)
  insist(scenario, `there is no scenario ${name}`)
  const stages = await prepared(scenario)
  try {
    const times = await failInTurn(scenario, failure, stages)
    await removeDirectories()
    return times
  } finally {
    await stages.server.close()
  }
}

async function failInTurn(
  scenario: Scenario,
  failure: Failure,
  { server, again }: Prepared,
): Promise<number> {
  const disk = await breakableDisk()
  for (let number = 1; ; number++) {
    const directory = await again()
    const stage = stageAt(directory, server)
    disk.fail(number, failure)
    const told = await scenario.again(stage).catch((error: unknown) => error)
    await stage.watch.idle()
    const failed = disk.heal()
    if (!failed) {
      insist(!(told instanceof Error), 'it failed, and the disk did not', () => `${told}`)
      return number - 1
    }
    try {
      await recover(scenario, directory, stage, told)
    } catch (error) {
      const { code, lasts } = failure
      const where = `${scenario.name}, ${code} ${lasts ? 'from' : 'at'} ${number} (${failed}), in ${directory}`
      throw new Violation(`${where}, told ${told}: ${(error as Error).stack}`)
    }
  }
}

async function recover(scenario: Scenario, directory: string, stage: Stage, told: unknown): Promise<void> {
  const { server } = stage
  const isError = told instanceof Error
  if (isError)
    insist(told instanceof DcrError && told.code.startsWith('store_'), 'it is not an error of the store')
  const handed = (isError ? (told as DcrError).client : told) as ClientInformation | undefined

  const fresh = stageAt(directory, server)
  const kept = isError ? [] : [credentialOf(told as ClientInformation)]
  await check({ ...fresh, kept: new Set(kept) })
  const stored = await storedIn(fresh)
  for (const client of server.clients.values()) {
    const isStored = stored.has(credentialOf(client))
    const isHanded = handed && credentialOf(handed) === credentialOf(client)
    insist(isStored || isHanded, 'a credential is neither stored nor handed over', () => client)
    // Nobody is locked out who keeps what the error holds.
    if (!isStored && client.registration_access_token) {
      const { client_id } = await new DcrClient(server.metadata, options).get(handed as ClientInformation)
      insist(client_id === client.client_id, 'what was handed over is another client')
    }
  }
  const isAllStored = [...server.clients.values()].every((client) => stored.has(credentialOf(client)))
  // A DcrClient remembers nothing: who uses it has to keep what the error holds.
  if (!isAllStored && scenario.mostPosts === 0) return

  const client = await scenario.again(stage)
  const now = server.clients.get(client.client_id)
  insist(now && credentialOf(now) === credentialOf(client), 'the next one got what is not at the server')
  insist(
    !isError || !handed || handed.client_id === client.client_id,
    'the next one got another client',
    () => handed,
  )
  // One less than after a kill: the answer has always come.
  const most = Math.max(0, scenario.mostPosts - 1)
  insist(server.count('POST') <= most, `${server.count('POST')} registrations were sent`, () => server.log)
  await settle({ ...fresh, kept: new Set([credentialOf(client)]) })
  await atRest(stage.store)
  await checkTidy(directory)
}

/** Every credential in the store, of clients in force and of others. */
async function storedIn({ store, registrar }: Stage): Promise<Set<string>> {
  const inForce = (await store.list()).flatMap(([, { client }]) => client ?? [])
  const orphans = (await registrar.orphans()).flatMap(({ client }) => client ?? [])
  return new Set([...inForce, ...orphans].map(credentialOf))
}
