import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  discover,
  type ManagementOptions,
  type StoredRegistration,
} from '../index.js'
import { isSameIssuer } from '../registrar/entry.js'
import type { Context } from './command.js'
import { parseDocument } from './documents.js'
import { UsageError } from './errors.js'

/** What manages the client of `--client`, which a Registrar does not know. */
export async function managing(
  context: Context,
  issuer: string,
  options: ManagementOptions,
  store: CredentialStore,
): Promise<DcrClient> {
  const server = await discover(issuer, context.requests.options)
  return new DcrClient(server, { ...options, store })
}

/** Says that a file is out of date. */
export function tellIfNewer(context: Context, given: ClientInformation, now: ClientInformation): void {
  const isNewer = (['registration_access_token', 'client_secret'] as const).some(
    (member) => now[member] !== given[member],
  )
  if (isNewer)
    context.tell('It has new credentials: they are in the store, and those that were given are void.')
}

/** The client that a command is about: one that was given, or the one that is kept under a name. */
export interface Meant {
  readonly given?: ClientInformation
  readonly name: string
}

/**
 * The client of `--client`, or of `--as`. What is kept is newer than what is in a file, whose credentials may be void: one
 * that is kept under a name is taken from there, and any other from the first call on by its `client_id`.
 *
 * @throws {UsageError} It cannot be read, or is no client information.
 */
export async function clientMeant(context: Context, issuer: string): Promise<Meant> {
  const as = context.text('as') ?? 'default'
  const given = await clientInFile(context)
  if (given === undefined) return { name: as }
  const all = await (await context.store()).list(issuer.replace(/\/$/, ''))
  const isKept = ({ name, client, ...stored }: StoredRegistration) =>
    name !== undefined && client?.client_id === given.client_id && isSameIssuer(stored.issuer, issuer)
  const name = all.map(([, stored]) => stored).find(isKept)?.name
  if (name === undefined) return { given, name: as }
  context.tell(`This client is kept as ${JSON.stringify(name)}: its credentials are taken from the store.`)
  return { name }
}

async function clientInFile(context: Context): Promise<ClientInformation | undefined> {
  const path = context.text('client')
  if (path === undefined) return undefined
  if (context.text('as') !== undefined) throw new UsageError('give --client or --as, not both')
  const name = path === '-' ? 'stdin' : path
  const client = await parseDocument(await context.read(path, '--client'), name)
  if (typeof client.client_id === 'string' && client.client_id !== '') return client as ClientInformation
  throw new UsageError(`${name}:1:1: this is no client information: it has no client_id`)
}
