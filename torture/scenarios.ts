import { type ClientInformation, type ClientMetadata, DcrClient, type Registrar } from 'dcr-client'
import type { Scene } from './invariants.js'
import { CHECKER, type Management } from './server.js'
import type { Task } from './tasks.js'

/** Where the check itself calls the server. */
export const options = { allowInsecureRequests: true, headers: CHECKER }

const before: ClientMetadata = { redirect_uris: ['https://app.example.com/cb'], client_name: 'before' }
const after: ClientMetadata = { ...before, client_name: 'after' }

type Stage = Pick<Scene, 'store' | 'registrar' | 'server'>
/** What a process is to do, wherever. */
export type Act = Task extends infer Each ? (Each extends Task ? Omit<Each, 'place' | 'kill'> : never) : never

/** Something that a process does, and that is done again when it was killed. */
export interface Scenario {
  readonly name: string
  readonly management: Management
  /** Makes what is there before, and says what the process does. */
  prepare(stage: Stage): Promise<Act>
  again(stage: Stage): Promise<ClientInformation>
  /** Registrations that both of them may send. */
  readonly mostPosts: number
  /** Whether the client can be used again after its token was lost. */
  readonly outlivesLockout: boolean
}

const ensure = (registrar: Registrar, { metadata }: Stage['server'], wanted: ClientMetadata) =>
  registrar.ensure(metadata, wanted, { headers: CHECKER }).then(({ client }) => client)

/** `ensure` of a client that is there already, with other metadata. */
function changed(name: string, management: Management, mostPosts: number): Scenario {
  return {
    name,
    management,
    mostPosts,
    outlivesLockout: true,
    async prepare({ registrar, server }) {
      await ensure(registrar, server, before)
      return { do: 'ensure', issuer: server.metadata, wanted: after }
    },
    again: ({ registrar, server }) => ensure(registrar, server, after),
  }
}

export const scenarios: readonly Scenario[] = [
  {
    ...changed('register', 'rotating', 2),
    prepare: async ({ server }) => ({ do: 'ensure', issuer: server.metadata, wanted: after }),
  },
  changed('replace', 'delete', 2),
  changed('replace what cannot be deleted', 'none', 2),
  // One, where the token was lost.
  changed('change in place', 'rotating', 1),
  {
    name: 'update',
    management: 'rotating',
    mostPosts: 0,
    outlivesLockout: false,
    async prepare({ store, server }) {
      const client = await new DcrClient(server.metadata, { ...options, store }).register(before)
      return { do: 'update', server: server.metadata, client, times: 1 }
    },
    async again({ store, server }) {
      const [[, { client }] = ['', {}]] = (await store.list()) as [string, { client?: ClientInformation }][]
      const dcr = new DcrClient(server.metadata, { ...options, store })
      return dcr.update(client as ClientInformation, { client_name: 'again' })
    },
  },
]
