import type { ClientInformation, CredentialStore, Orphan, Registrar } from 'dcr-client'
import { credentialOf } from './credential.js'
import type { Server } from './server.js'
import { insist } from './violation.js'

/** A store, the server its clients are at, and what processes were promised. */
export interface Scene {
  readonly store: CredentialStore
  readonly registrar: Registrar
  readonly server: Server
  /** Credentials of which the store has said that they are kept. */
  readonly kept: ReadonlySet<string>
}

/** How the store and the server differ, where they may. */
export interface Difference {
  /** Clients of the server of which the store knows no more than that there may be one. */
  readonly unknown: readonly ClientInformation[]
  /** Whether the server has a newer token for a client in force, which no process has kept. */
  readonly isLockedOut: boolean
}

/**
 * What must hold whenever processes have been killed: everything stored can be read, and is what the server gave; every
 * client of the server is in force, listed, or one that is listed as in doubt; and what was once kept is there.
 */
export async function check({ store, registrar, server, kept }: Scene): Promise<Difference> {
  const stored = (await store.list()).map(([, registration]) => registration)
  const orphans = await registrar.orphans()
  const told = () => ({
    stored,
    orphans,
    clients: [...server.clients.values()],
    log: server.log,
    kept: [...kept],
  })

  const inForce = stored.flatMap(({ client }) => client ?? [])
  const known = [...inForce, ...orphans.flatMap(({ client }) => client ?? [])]
  for (const client of known) {
    insist(server.issued.has(credentialOf(client)), 'the store holds what no server has given', told)
  }

  const identifiers = new Set(known.map(({ client_id }) => client_id))
  const unknown = [...server.clients.values()].filter(({ client_id }) => !identifiers.has(client_id))
  const promised = new Set([...kept].map((credential) => credential.split(' ')[0]))
  const doubts = doubtsIn(orphans).map(({ requested }) => requested?.client_name)
  for (const { client_id, client_name } of unknown) {
    insist(!promised.has(client_id), 'a client that was kept is neither in force nor listed', told)
    const doubt = doubts.indexOf(client_name)
    insist(doubt >= 0, 'the server has a client that is neither in force, nor listed, nor in doubt', told)
    doubts.splice(doubt, 1)
  }

  let isLockedOut = false
  for (const { client, intent, trouble, fingerprint, requested } of stored) {
    if (!client) continue
    const now = server.clients.get(client.client_id)
    insist(now, 'the client in force is not at the server', told)
    const isKnown = fingerprint !== undefined && intent === undefined && trouble === undefined
    const isAsRequested = now.client_name === requested?.client_name
    insist(
      !isKnown || isAsRequested,
      'the server has other metadata than the store says, and nothing tells',
      told,
    )
    if (credentialOf(now) === credentialOf(client)) continue
    isLockedOut = true
    insist(!kept.has(credentialOf(now)), 'a credential that was kept is not in the store', told)
    const isTold = intent?.operation === 'update' || trouble === 'management_locked'
    insist(isTold, 'the token in the store is old, and the store does not know it', told)
  }
  return { unknown, isLockedOut }
}

/**
 * Cleans up as an operator would who can see what the server has, and checks that nothing is left then but the clients
 * in force, those that nobody can delete, and those of which only the server knows.
 */
export async function settle(scene: Scene): Promise<void> {
  const { registrar, server, store } = scene
  const { unknown } = await check(scene)
  const names = unknown.map(({ client_name }) => client_name)
  const { left } = await registrar.collect()
  const undeletable: string[] = []
  for (const { orphan, error } of left) {
    const { client, requested } = orphan
    const now = client && server.clients.get(client.client_id)
    if (client && now) {
      const canBe = now.registration_access_token && credentialOf(now) === credentialOf(client)
      insist(!canBe, 'an orphan that can be deleted was not', () => ({ orphan, error }))
      undeletable.push(client.client_id)
    } else if (client || !names.includes(requested?.client_name)) await registrar.forget(orphan)
  }
  const inForce = (await store.list()).flatMap(([, { client }]) => client?.client_id ?? [])
  const expected = [...inForce, ...undeletable, ...unknown.map(({ client_id }) => client_id)]
  const found = [...server.clients.keys()]
  const isSame = expected.length === found.length && found.every((client_id) => expected.includes(client_id))
  insist(isSame, 'after the cleaning, the server has other clients than it should', () => ({
    expected,
    found,
  }))
}

function doubtsIn(orphans: readonly Orphan[]): Orphan[] {
  return orphans.filter(({ reason }) => reason === 'in_doubt')
}
