import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  memoryStore,
  Registrar,
} from '../../src/index.js'
import { fileStore } from '../../src/stores/file/index.js'
import type { EvilServer } from '../servers/evil-server.js'

export const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }
export const CHANGED = { ...METADATA, client_name: 'App 2' }
/** Milliseconds: far more than a server on this machine needs. */
const timeout = 5000

const stores: Record<string, () => CredentialStore> = {
  memory: memoryStore,
  files: () => {
    const directory = join(tmpdir(), `dcr-client-${randomUUID()}`)
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    return fileStore({ directory })
  },
}

/** The life of one client, by whichever means it is led. */
export interface Life {
  readonly store: CredentialStore
  register(): Promise<ClientInformation>
  update(): Promise<ClientInformation>
  remove(): Promise<unknown>
}

export type Keeper = [name: string, open: (server: EvilServer) => Life]

/** Everything that keeps clients. */
export const keepers: Keeper[] = Object.entries(stores).flatMap(([name, makeStore]) => [
  [`DcrClient, ${name}`, (server: EvilServer) => byClient(server, makeStore())],
  [`Registrar, ${name}`, (server: EvilServer) => byRegistrar(server, makeStore())],
])

function byClient({ metadata }: EvilServer, store: CredentialStore): Life {
  const dcr = new DcrClient(metadata, { store, allowInsecureRequests: true, timeout })
  let client: ClientInformation = { client_id: 'none' }
  const keep = (newest: ClientInformation) => {
    client = newest
    return newest
  }
  return {
    store,
    register: async () => keep(await dcr.register(METADATA)),
    update: async () => keep(await dcr.update(client, { client_name: CHANGED.client_name })),
    remove: () => dcr.delete(client),
  }
}

function byRegistrar({ metadata }: EvilServer, store: CredentialStore): Life {
  const registrar = new Registrar({ store, allowInsecureRequests: true, timeout })
  return {
    store,
    register: async () => (await registrar.ensure(metadata, METADATA)).client,
    update: async () => (await registrar.ensure(metadata, CHANGED)).client,
    remove: () => registrar.remove(metadata.issuer),
  }
}
