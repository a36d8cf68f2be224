import { type ClientInformation, Registrar } from '../index.js'
import { withoutSlash } from '../registrar/entry.js'
import { registrationKey } from '../stores/store.js'
import { keptOf, tellIfNewer } from './client-file.js'
import type { Context } from './command.js'
import { CommandError } from './errors.js'
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
  const store = await context.store()
  const before = (await keptOf(context, issuer, given))?.name
  if (before !== undefined && before !== name)
    throw new CommandError(`this client is kept already, as ${JSON.stringify(before)}`)
  const there = await store.get(registrationKey(withoutSlash(issuer), name))
  if (there?.client && there.client.client_id !== given.client_id)
    throw new CommandError(
      `another client is kept as ${JSON.stringify(name)} for this issuer: give --as another NAME`,
    )
  const registrar = new Registrar({ store })
  const client = await registrar.adopt(issuer, given, options)
  context.tell(`${JSON.stringify(name)} is this client now; nothing was registered.`)
  tellIfNewer(context, given, client)
  const listed = await registrar.orphans(issuer, context.requests.options)
  for (const { id } of listed.filter((orphan) => orphan.name === name && orphan.reason === 'in_doubt'))
    context.tell(
      `A registration of that name was never answered. If it was this client: dcr orphans --forget ${id}`,
    )
  await context.print(client)
}
