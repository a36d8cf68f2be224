import {
  type ClientInformation,
  type CredentialStore,
  DcrClient,
  type DcrError,
  discover,
  type EntryOptions,
  type ManagementOptions,
  Registrar,
} from '../index.js'
import { namedRecordsOf } from '../registrar/entry.js'
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

/** What an error says where the credentials of a file are no better than those that are kept. */
const NO_BETTER =
  /^(invalid_argument|management_locked|management_not_supported|missing_credential|unauthorized|forbidden|not_found)$/

/**
 * The client of `--client`, or of `--as`. What is kept is newer than what is in a file, whose credentials may be void: one
 * that is kept under a name is taken from there, and any other from the first call on by its `client_id`. Only where an
 * answer about it was never kept, the file may hold what that gave: the server is asked.
 *
 * @throws {UsageError} It cannot be read, or is no client information.
 */
export async function clientMeant(context: Context, issuer: string, options: EntryOptions): Promise<Meant> {
  const as = context.text('as') ?? 'default'
  if (context.text('client') !== undefined && context.text('as') !== undefined)
    throw new UsageError('give --client or --as, not both')
  const given = await clientInFile(context)
  if (given === undefined) return { name: as }
  const { name, client } = namedRecordsOf(await (await context.store()).list(issuer), issuer, given)[0] ?? {}
  if (name === undefined) return { given, name: as }
  if (given.registration_access_token !== client?.registration_access_token) {
    const registrar = new Registrar({ store: await context.store() })
    await registrar.adopt(issuer, given, { ...options, name }).catch((error: DcrError) => {
      if (!NO_BETTER.test(error.code)) throw error
    })
  }
  context.tell(`This client is kept as ${JSON.stringify(name)}: what is in the store is what counts.`)
  return { name }
}

/**
 * The client of `--client`.
 *
 * @throws {UsageError} It cannot be read, or is no client information.
 */
export async function clientInFile(context: Context): Promise<ClientInformation | undefined> {
  const path = context.text('client')
  if (path === undefined) return undefined
  const name = path === '-' ? 'stdin' : path
  const client = await parseDocument(await context.read(path, '--client'), name)
  if (typeof client.client_id === 'string' && client.client_id !== '') return client as ClientInformation
  throw new UsageError(`${name}:1:1: this is no client information: it has no client_id that is text`)
}
