import type { ClientInformation, DcrError, EntryOptions, StoredRegistration } from '../../index.js'
import { metadataOf, Registrar } from '../../index.js'
import { isSameIssuer } from '../../registrar/entry.js'
import type { Command, Context } from '../command.js'
import { UsageError } from '../errors.js'
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfAll } from '../exit-codes.js'
import { told } from '../failure.js'
import { NAME, OUTPUT_OF_LIST, REQUESTS, SERVER, STORE } from '../options.js'
import { rescue } from '../rescuing.js'
import { entryOptions, issuerIn, keptClient, serverOf } from '../target.js'
import { time } from '../time.js'

/** Seconds: a day, so that a task which is run each night comes before the end of every secret. */
const WITHIN = 86_400

const OF_ONE_SERVER = ['as', ...SERVER.map(({ name }) => name)]

export const command: Command = {
  name: 'renew',
  summary: 'Renew the secrets that have expired or are about to',
  description:
    'Of one client, of all at an issuer, or of all in the store. Where a server does not renew a secret, another client is registered. What is good for longer sends nothing. One that is not renewed is told with its reason, and fails the command even while it is good yet: `secret_expires` says until when.',
  arguments: [{ name: 'issuer', description: 'Only the clients at this issuer', isOptional: true }],
  options: [
    {
      name: 'within',
      value: 'SECONDS',
      description: `Before its end; at most half the lifetime; default ${WITHIN}`,
    },
    { ...NAME, description: 'Only the client that is kept under that name; needs the issuer' },
    ...SERVER,
    ...STORE,
    ...REQUESTS,
    ...OUTPUT_OF_LIST,
  ],
  examples: [
    { what: 'Each night', command: 'dcr renew' },
    { what: 'What ends within a week', command: 'dcr renew https://as.example.com --within 604800' },
  ],
  async run(context) {
    const within = context.text('within') ?? `${WITHIN}`
    if (!/^\d+(\.\d+)?$/.test(within)) throw new UsageError('--within must be seconds, 0 or more')
    const expirySkew = Number(within)
    const options = await entryOptions(context)
    const registrar = new Registrar({ store: await context.store(), expirySkew })
    const rows: object[] = []
    const codes: ExitCode[] = []
    for (const stored of await chosen(context, options)) {
      if (context.signal.aborted) break
      const { issuer, name } = stored
      const failed = (error: unknown, client = stored.client) => {
        context.tell(`${issuer} ${JSON.stringify(name)}: ${told(error, 'renew')}`)
        const { code } = error as Partial<DcrError>
        rows.push({ issuer, name, ...credentials(client), action: 'failed', ...(code && { error: code }) })
        codes.push(exitCodeOf(error, true))
      }
      try {
        const now = { ...options, ...context.requests.next() }
        const { action, client, notRenewed } = await renewed(registrar, stored, now)
        if (notRenewed) failed(notRenewed, client)
        else {
          rows.push({ issuer, name, ...credentials(client), action })
          codes.push(EXIT.done)
        }
      } catch (error) {
        failed(error)
        await rescue(context, error)
      }
    }
    await context.print(rows)
    return exitCodeOfAll(codes)
  },
}

async function chosen(context: Context, { name = 'default' }: EntryOptions): Promise<StoredRegistration[]> {
  const isOne = context.text('as') !== undefined
  if (context.argument('issuer') === undefined) {
    if (OF_ONE_SERVER.some((option) => context.text(option) !== undefined))
      throw new UsageError(
        '--as, a provider, a token and --manage-with are for one server: give its issuer too',
      )
    return renewable(await (await context.store()).list())
  }
  const issuer = issuerIn(context)
  if (isOne) return [(await keptClient(context, issuer, name)).stored]
  const found = renewable(await (await context.store()).list(issuer))
  return found.filter((stored) => isSameIssuer(stored.issuer, issuer))
}

/** Those that a Registrar keeps: what is kept without a name is its owner's to renew. */
function renewable(all: readonly (readonly [string, StoredRegistration])[]): StoredRegistration[] {
  return all.map(([, stored]) => stored).filter(({ client, name }) => client && name)
}

/** What tells whether a client can be used yet. */
function credentials({ client_id, client_secret_expires_at: end = 0 }: Partial<ClientInformation> = {}) {
  return { client_id, ...(end > 0 && { secret_expires: time(end) }) }
}

function renewed(registrar: Registrar, stored: StoredRegistration, options: EntryOptions) {
  const { name, client, requested = client && metadataOf(client) } = stored
  return registrar.ensure(serverOf(stored), requested ?? {}, { ...options, name })
}
