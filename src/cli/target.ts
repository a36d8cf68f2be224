import type {
  AuthorizationServerMetadata,
  ClientInformation,
  EntryOptions,
  ManageWith,
  StoredRegistration,
} from '../index.js'
import { ENDPOINT_MEMBERS } from '../onboarding/servers.js'
import { withoutSlash } from '../registrar/entry.js'
import { registrationKey } from '../stores/store.js'
import type { Context } from './command.js'
import { CommandError, UsageError } from './errors.js'
import { PROVIDERS } from './options.js'
import { secretOf } from './secrets.js'
import { storeAddress } from './store-address.js'
import { storeForm } from './stores.js'

/**
 * The issuer that a command is about.
 *
 * @throws {UsageError} It is no URL.
 */
export function issuerIn(context: Context): string {
  const issuer = context.argument('issuer') ?? ''
  if (URL.canParse(issuer) && /^https?:\/\//i.test(issuer)) return issuer
  throw new UsageError('the issuer must be a URL that starts with https://, such as https://as.example.com')
}

/**
 * Refuses to let credentials be given that would be kept nowhere.
 *
 * @throws {UsageError}
 */
export function checkIsKept(context: Context): void {
  if (isOfMemory(context) && !context.isSet('show-secrets'))
    throw new UsageError(
      'the store memory: ends with the command: give --show-secrets, or what the server gives is lost',
    )
}

/** Whether the store ends with the command. */
export function isOfMemory(context: Context): boolean {
  const address = storeAddress(context.text('store'), context.environment)
  return storeForm(address).endsWithCommand === true
}

/** Whom the options say to call, how, and with what proof. */
export async function entryOptions(context: Context): Promise<EntryOptions & { name: string }> {
  return {
    ...context.requests.options,
    name: context.text('as') ?? 'default',
    provider: PROVIDERS.get(context.text('provider') ?? ''),
    manageWith: context.text('manage-with') as ManageWith | undefined,
    initialAccessToken: await secretOf(context, 'token'),
  }
}

/** A client that is kept, with its record and the key of that. */
export interface KeptClient {
  readonly key: string
  readonly stored: StoredRegistration
  readonly client: ClientInformation
}

/**
 * The client that is kept for an issuer under a name.
 *
 * @throws {CommandError} There is none.
 */
export async function keptClient(context: Context, issuer: string, name: string): Promise<KeptClient> {
  const key = registrationKey(withoutSlash(issuer), name)
  const stored = await (await context.store()).get(key)
  const { client } = stored ?? {}
  if (stored && client) return { key, stored, client }
  throw new CommandError(
    `no client is kept as ${JSON.stringify(name)} for this issuer: \`dcr list\` shows those that are, and \`dcr register\` registers one`,
  )
}

/** All that a manifest says of a server by `endpoints`; published metadata have more (RFC 8414 §2). */
const DESCRIBED: readonly string[] = ['issuer', ...ENDPOINT_MEMBERS]

/** The server of a kept client, for calls that ask it for its metadata: one that a manifest describes publishes none. */
export function serverOf({ issuer, server }: StoredRegistration): string | AuthorizationServerMetadata {
  const isDescribed =
    server !== undefined && Object.keys(server).every((member) => DESCRIBED.includes(member))
  return isDescribed ? server : issuer
}
