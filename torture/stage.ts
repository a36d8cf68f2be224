import { access } from 'node:fs/promises'
import { Registrar } from 'dcr-client'
import { storeIn } from './disk-store.js'
import { atRest, checkTidy, copyOf, newDirectory } from './folders.js'
import { type Act, options, type Scenario } from './scenarios.js'
import { type Server, startServer } from './server.js'
import { type TimedStore, timed } from './timed-store.js'

/** Where a scenario is played, as a process finds it that has just started. */
export interface Stage extends Pick<TimedStore, 'store'> {
  readonly watch: TimedStore
  readonly server: Server
  readonly registrar: Registrar
}

export function stageAt(directory: string, server: Server): Stage {
  const watch = timed(storeIn(directory))
  return { store: watch.store, watch, server, registrar: new Registrar({ ...options, store: watch.store }) }
}

/** A scenario just before something is done, as often as that is wanted. */
export interface Prepared {
  readonly server: Server
  readonly act: Act
  /** Has the server be as it was then, and gives a directory that is. */
  again(): Promise<string>
}

export async function prepared(scenario: Scenario): Promise<Prepared> {
  const server = await startServer(scenario.management)
  const directory = await newDirectory()
  const stage = stageAt(directory, server)
  const act = await scenario.prepare(stage)
  await atRest(stage.store)
  await checkTidy(directory)
  const isEmpty = await access(directory).then(
    () => false,
    () => true,
  )
  const restore = server.snapshot()
  return {
    server,
    act,
    again() {
      restore()
      return isEmpty ? newDirectory() : copyOf(directory)
    },
  }
}
