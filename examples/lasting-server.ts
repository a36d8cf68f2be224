import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { type RunningProvider, startProvider } from '../test/servers/oidc-provider.js'

interface State {
  port: number
  entries: Record<string, AdapterPayload>
}

export interface LastingServer extends RunningProvider {
  /** The identifiers of the clients that were registered and not deleted. */
  clients(): string[]
}

/** A real OpenID Provider that is there again at the next run: the same issuer, and what was registered at it. */
export async function startLasting(directory: string): Promise<LastingServer> {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'server.json')
  const state: State = readState(file) ?? { port: 0, entries: {} }
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
  }
  const adapter = (model: string) => adapterOf(model, state.entries, save)
  const options = { management: 'fixed', adapter } as const
  const running = await startProvider({ ...options, port: state.port }).catch(() => {
    // Another program has the port now, so this is another server.
    Object.assign(state, { port: 0, entries: {} })
    return startProvider(options)
  })
  state.port = Number(new URL(running.issuer).port)
  save()
  const clients = () => Object.keys(state.entries).filter((key) => key.startsWith('Client:'))
  return { ...running, clients: () => clients().map((key) => key.slice('Client:'.length)) }
}

function readState(file: string): State | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** What the server needs of a database here: it looks up, keeps and deletes. */
function adapterOf(model: string, entries: State['entries'], save: () => void): Adapter {
  const keyOf = (id: string) => `${model}:${id}`
  return {
    find: async (id) => entries[keyOf(id)],
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    async upsert(id, payload) {
      entries[keyOf(id)] = payload
      save()
    },
    async destroy(id) {
      delete entries[keyOf(id)]
      save()
    },
    consume: async () => {},
    revokeByGrantId: async () => {},
  }
}
