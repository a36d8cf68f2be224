import type { ErrorCode } from '../errors.js'
import { withoutSlash } from '../registrar/entry.js'
import type { PlanReason } from '../registrar/plan.js'
import type { Registrar } from '../registrar/registrar.js'
import { type CredentialStore, type OrphanReason, registrationKey } from '../stores/store.js'
import { isForSecret } from './applying.js'
import type { ManifestClient, ManifestServer } from './manifest.js'
import { OpenedServer } from './opened-server.js'

/** A member whose value would be another. */
export interface ChangedMember {
  /** Its name, as the specifications have it. */
  readonly member: string
  /** What was last asked for, or what a client from elsewhere has; absent where nothing was. */
  readonly from?: unknown
  /** What the manifest wants; absent where it wants nothing any more. */
  readonly to?: unknown
}

/** What {@link Onboarding.apply} would do about a client, and why. */
export interface PlannedClient {
  /** What the manifest calls the server. */
  readonly server: string
  /** The name under which it is kept. */
  readonly name: string
  /**
   * As that of `Registrar.plan`; `renew` is an update, or another registration, for a new secret alone. `orphaned` is a
   * client at one of the servers that the manifest does not name, or that is no longer in use: it is left alone.
   */
  readonly action: 'none' | 'register' | 'update' | 'replace' | 'renew' | 'orphaned'
  /** All that there are, in no order; none where nothing is to be done. */
  readonly reasons: readonly (PlanReason | OrphanReason | 'not_in_manifest')[]
  /** The members in which the manifest differs from what was last asked for. */
  readonly changed: readonly ChangedMember[]
  readonly client_id?: string
  /** The error with which it would be refused by now, as it could be one registration too many. */
  readonly refusal?: ErrorCode
}

/** Reads at the same time: enough for a database, and few open files. */
const READS = 16

/** Compares clients with what is stored. Sends nothing. */
export async function planned(
  clients: readonly ManifestClient[],
  registrar: Registrar,
  store: CredentialStore,
): Promise<PlannedClient[]> {
  const plans: PlannedClient[] = []
  for (let start = 0; start < clients.length; start += READS) {
    const some = clients.slice(start, start + READS)
    plans.push(...(await Promise.all(some.map((client) => plannedOne(client, registrar, store)))))
  }
  return plans
}

async function plannedOne(
  { name, server, metadata }: ManifestClient,
  registrar: Registrar,
  store: CredentialStore,
): Promise<PlannedClient> {
  const { credentials } = new OpenedServer(server, {}, new AbortController().signal)
  const plan = await registrar.plan(server.issuer, metadata, { ...credentials, name })
  const { action, reasons, client, refusal } = plan
  const stored = plan.changed.length > 0 ? await store.get(keyOf(server, name)) : undefined
  const before: Readonly<Record<string, unknown>> = { ...(stored?.requested ?? stored?.client) }
  const after: Readonly<Record<string, unknown>> = { ...metadata }
  const changed = plan.changed.map((member) => ({
    member,
    ...(Object.hasOwn(before, member) && { from: before[member] }),
    ...(Object.hasOwn(after, member) && { to: after[member] }),
  }))
  const isRenewal = action !== 'none' && isForSecret(reasons)
  return {
    server: server.name,
    name,
    action: isRenewal ? 'renew' : action,
    reasons,
    changed,
    ...(client && { client_id: client.client_id }),
    ...(refusal && { refusal }),
  }
}

/** Clients that are stored for a server, and that the manifest does not name, or nobody uses. */
export async function orphaned(
  server: ManifestServer,
  isNamed: (key: string) => boolean,
  isWanted: (key: string) => boolean,
  store: CredentialStore,
): Promise<PlannedClient[]> {
  const found: PlannedClient[] = []
  for (const [key, { name, client, orphans = [] }] of await store.list(withoutSlash(server.issuer))) {
    // What has no name is kept by a DcrClient, and is its own to plan.
    if (name === undefined || key !== keyOf(server, name) || !isWanted(key)) continue
    const about = { server: server.name, name, action: 'orphaned', changed: [] } as const
    if (client && !isNamed(key))
      found.push({ ...about, reasons: ['not_in_manifest'], client_id: client.client_id })
    for (const { reason, client: left } of orphans)
      found.push({ ...about, reasons: [reason], ...(left && { client_id: left.client_id }) })
  }
  return found
}

export function keyOf({ issuer }: ManifestServer, name: string): string {
  return registrationKey(withoutSlash(issuer), name)
}
