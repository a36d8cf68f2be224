import { type ClientInformation, type DcrError, Registrar } from '../index.js'
import { tellIfNewer } from './client-file.js'
import type { Context } from './command.js'
import { CommandError } from './errors.js'
import { told } from './failure.js'
import { checkIsKept, entryOptions } from './target.js'

/**
 * Keeps a client that there is already, under the name of `--as`.
 *
 * @throws {CommandError} It is kept under another name, or another client is under this one.
 */
export async function takeIn(context: Context, issuer: string, given: ClientInformation): Promise<void> {
  checkIsKept(context)
  const options = await entryOptions(context)
  const { name } = options
  const registrar = new Registrar({ store: await context.store() })
  const client = await registrar.adopt(issuer, given, options).catch((error: DcrError) => {
    // Where what is kept stands against it, what was typed is no misuse.
    const isAgainst = error.code === 'invalid_argument' && / is kept\b/.test(error.message)
    throw isAgainst ? new CommandError(told(error, 'register')) : error
  })
  context.tell(`${JSON.stringify(name)} is this client now; nothing was registered.`)
  tellIfNewer(context, given, client)
  const listed = await registrar.orphans(issuer, context.requests.options)
  for (const { id } of listed.filter((orphan) => orphan.name === name && orphan.reason === 'in_doubt'))
    context.tell(
      `A registration of that name was never answered. If it was this client: dcr orphans --forget ${id}`,
    )
  await context.print(client)
}
