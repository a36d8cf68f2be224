import type { EntryOptions, StoredRegistration } from '../../index.js'
import { Registrar } from '../../index.js'
import type { Command, Context } from '../command.js'
import { UsageError } from '../errors.js'
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfAll } from '../exit-codes.js'
import { told } from '../failure.js'
import { NAME, OUTPUT, REQUESTS, SERVER, STORE } from '../options.js'
import { rescue } from '../rescuing.js'
import { entryOptions, issuerIn, keptClient, serverOf } from '../target.js'

/** Seconds: a day, so that a task which is run each night comes before the end of every secret. */
const WITHIN = 86_400

const OF_ONE_SERVER = ['as', ...SERVER.map(({ name }) => name)]

export const command: Command = {
  name: 'renew',
  summary: 'Renew the secrets that have expired or are about to',
  description:
    'Of one client, of all at an issuer, or of all in the store. Where a server does not renew a secret, another client is registered. What is good yet sends nothing.',
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
    ...OUTPUT,
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
      try {
        const { action, client } = await renewed(registrar, stored, {
          ...options,
          ...context.requests.next(),
        })
        rows.push({ issuer, name, client_id: client.client_id, action })
        codes.push(EXIT.done)
      } catch (error) {
        context.tell(`${issuer} ${JSON.stringify(name)}: ${told(error, 'renew')}`)
        await rescue(context, error)
        rows.push({ issuer, name, client_id: stored.client?.client_id, action: 'failed' })
        codes.push(exitCodeOf(error, true))
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
  return found.filter((stored) => stored.issuer.replace(/\/$/, '') === issuer.replace(/\/$/, ''))
}

/** Those that were asked for by a name, and so can be asked for again. */
function renewable(all: readonly (readonly [string, StoredRegistration])[]): StoredRegistration[] {
  return all.map(([, stored]) => stored).filter(({ client, name, requested }) => client && name && requested)
}

function renewed(registrar: Registrar, stored: StoredRegistration, options: EntryOptions) {
  const { name, requested = {} } = stored
  return registrar.ensure(serverOf(stored), requested, { ...options, name })
}
