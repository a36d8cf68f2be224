import { type Orphan, Registrar } from '../../index.js'
import type { JsonObject } from '../../json.js'
import type { Command, Context } from '../command.js'
import { CommandError, UsageError } from '../errors.js'
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfAll } from '../exit-codes.js'
import { told } from '../failure.js'
import { OUTPUT, REQUESTS, SERVER, STORE } from '../options.js'
import { entryOptions, issuerIn } from '../target.js'
import { time } from '../time.js'

export const command: Command = {
  name: 'orphans',
  summary: 'List, delete or forget clients that nobody uses',
  description:
    'Clients that are at a server, or may be there: replaced ones, those the server did not delete, and those whose registration was never answered (in_doubt).',
  arguments: [{ name: 'issuer', description: 'Only those at this issuer', isOptional: true }],
  options: [
    { name: 'collect', description: 'Delete those that can be deleted, at their servers' },
    {
      name: 'forget',
      value: 'ID',
      description: 'Take one off the list, which is gone or never came to be; sends nothing',
      isRepeatable: true,
    },
    ...SERVER,
    ...STORE,
    ...REQUESTS,
    ...OUTPUT,
  ],
  examples: [
    { what: 'What is left at servers', command: 'dcr orphans --output table' },
    { what: 'Delete it there', command: 'dcr orphans --collect' },
    { what: 'It is not there, as its operator says', command: 'dcr orphans --forget 3f0c' },
  ],
  async run(context) {
    const issuer = context.argument('issuer') === undefined ? undefined : issuerIn(context)
    const ids = context.texts('forget')
    if (context.isSet('collect') && ids.length > 0)
      throw new UsageError('give --collect or --forget, not both')
    const registrar = new Registrar({ store: await context.store() })
    if (context.isSet('collect')) return collect(context, registrar, issuer)
    const all = await registrar.orphans(issuer, context.requests.options)
    if (ids.length === 0) {
      await context.print(all.map(row))
      if (all.length === 0) context.tell('There are none.')
    } else
      await forget(
        context,
        registrar,
        ids.map((id) => orphanOf(id, all)),
      )
    return undefined
  },
}

async function collect(
  context: Context,
  registrar: Registrar,
  issuer: string | undefined,
): Promise<ExitCode> {
  const { name: _, provider, manageWith, initialAccessToken, ...options } = await entryOptions(context)
  const about = { provider, manageWith, initialAccessToken }
  if (issuer === undefined && Object.values(about).some((value) => value !== undefined))
    throw new UsageError('a provider, a token and --manage-with are for one server: give its issuer too')
  const { deleted, left } = await registrar.collect({ ...options, ...(issuer && { ...about, issuer }) })
  for (const { orphan, error } of left) {
    const why = error ? told(error, 'orphans') : NOT_DELETABLE
    context.tell(`${orphan.issuer} ${orphan.id}: ${why}`)
  }
  await context.print({ deleted: deleted.map(row), left: left.map(({ orphan }) => row(orphan)) }, asRows)
  const failed = left.map(({ error }) => (error ? exitCodeOf(error, true) : EXIT.failed))
  return exitCodeOfAll([...deleted.map(() => EXIT.done), ...failed])
}

/** Its registration was never answered, or the server gave nothing to manage it by. */
const NOT_DELETABLE =
  'nothing is known by which it could be deleted; ask the operator of the server for it, and then: dcr orphans --forget ID'

/** A line for each of them, with what became of it. */
function asRows(result: JsonObject): object[] {
  return Object.entries(result).flatMap(([became, orphans]) =>
    (orphans as object[]).map((orphan) => ({ became, ...orphan })),
  )
}

async function forget(context: Context, registrar: Registrar, orphans: readonly Orphan[]): Promise<void> {
  for (const orphan of orphans) await registrar.forget(orphan, context.requests.options)
  await context.print({ forgotten: orphans.map(row) }, asRows)
}

/** By its identifier, or the beginning of it where there is one only. */
function orphanOf(id: string, all: readonly Orphan[]): Orphan {
  const found = all.filter((orphan) => orphan.id === id || (id !== '' && orphan.id.startsWith(id)))
  const [orphan] = found
  if (orphan && found.length === 1) return orphan
  throw new CommandError(
    found.length > 1
      ? 'several orphans have an ID that begins so'
      : 'no orphan has that ID: see `dcr orphans`',
  )
}

function row({ id, issuer, name, reason, at, client, requested }: Orphan) {
  const { client_name } = client ?? requested ?? {}
  return {
    id,
    issuer,
    ...(name !== undefined && { name }),
    reason,
    since: time(at),
    ...(client && { client_id: client.client_id }),
    ...(client_name !== undefined && { client_name }),
  }
}
