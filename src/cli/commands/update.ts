import { Registrar } from '../../index.js'
import { clientMeant, managing, tellIfNewer } from '../client-file.js'
import type { Command } from '../command.js'
import { UsageError } from '../errors.js'
import { CLIENT_FILE, METADATA, NAME, OUTPUT, REQUESTS, SERVER, STORE } from '../options.js'
import { requestedMetadata } from '../requested.js'
import { checkIsKept, entryOptions, issuerIn, keptClient, serverOf } from '../target.js'

export const command: Command = {
  name: 'update',
  summary: 'Change a client in place',
  description:
    'The members that are given are changed, `--set member=null` removes one, the rest stays. Where the server cannot change a client, --replace registers another in its place, and deletes the old one or lists it as an orphan.',
  arguments: [{ name: 'issuer', description: 'The issuer identifier of the server' }],
  options: [
    ...METADATA,
    { name: 'replace', description: 'Register another client where this one cannot be changed' },
    NAME,
    CLIENT_FILE,
    ...SERVER,
    ...STORE,
    ...REQUESTS,
    ...OUTPUT,
  ],
  examples: [
    { what: 'Another name', command: 'dcr update https://as.example.com --name "App 2"' },
    { what: 'Without its logo', command: 'dcr update https://as.example.com --set logo_uri=null' },
  ],
  async run(context) {
    const issuer = issuerIn(context)
    const changes = await requestedMetadata(context)
    if (Object.keys(changes).length === 0)
      throw new UsageError('say what to change: --name TEXT, --set MEMBER=VALUE, or --metadata FILE')
    checkIsKept(context)
    const options = await entryOptions(context)
    const { given, name } = await clientMeant(context, issuer, options)
    const store = await context.store()
    if (given) {
      const dcr = await managing(context, issuer, options, store)
      const updated = await dcr.update(given, changes)
      tellIfNewer(context, given, updated)
      await context.print(updated)
      return undefined
    }
    const server = serverOf((await keptClient(context, issuer, name)).stored)
    const mayReplace = context.isSet('replace')
    const registrar = new Registrar({ store })
    const { action, client: updated } = await registrar.update(server, changes, {
      ...options,
      name,
      mayReplace,
    })
    if (action === 'none') context.tell('It is so already; nothing was sent.')
    if (action === 'replace')
      context.tell(
        `The client could not be changed in place: another was registered. See \`dcr orphans\` for the old one.`,
      )
    await context.print(updated)
    return undefined
  },
}
