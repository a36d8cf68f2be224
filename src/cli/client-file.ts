import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  discover,
  type ManagementOptions,
} from '../index.js'
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

/**
 * The client of `--client`. From the first call on, its newest credentials are in the store, under its `client_id`: those of
 * the file may be void by then.
 *
 * @throws {UsageError} It cannot be read, or is no client information.
 */
export async function clientInFile(context: Context): Promise<ClientInformation | undefined> {
  const path = context.text('client')
  if (path === undefined) return undefined
  if (context.text('as') !== undefined) throw new UsageError('give --client or --as, not both')
  const name = path === '-' ? 'stdin' : path
  const client = await parseDocument(await context.read(path, '--client'), name)
  if (typeof client.client_id === 'string' && client.client_id !== '') return client as ClientInformation
  throw new UsageError(`${name}:1:1: this is no client information: it has no client_id`)
}
