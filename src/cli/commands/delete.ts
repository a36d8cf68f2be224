import { Registrar } from '../../index.js'
import { clientMeant, managing } from '../client-file.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { CLIENT_FILE, NAME, OUTPUT, REQUESTS, SERVER, STORE } from '../options.js'
import { entryOptions, issuerIn, keptClient } from '../target.js'

export const command: Command = {
  name: 'delete',
  summary: 'Delete a client at its server and in the store',
  description:
    'One that the server does not delete is no longer in use, and listed by `dcr orphans`: exit code 3.',
  arguments: [{ name: 'issuer', description: 'The issuer identifier of the server' }],
  options: [NAME, CLIENT_FILE, ...SERVER, ...STORE, ...REQUESTS, ...OUTPUT],
  examples: [
    { what: 'The client that is kept as shop', command: 'dcr delete https://as.example.com --as shop' },
  ],
  async run(context) {
    const issuer = issuerIn(context)
    const options = await entryOptions(context)
    const { given, name } = await clientMeant(context, issuer, options)
    const store = await context.store()
    if (given) {
      const dcr = await managing(context, issuer, options, store)
      await dcr.delete(given)
      await context.print({ issuer, client_id: given.client_id, deleted: true })
      return undefined
    }
    const { client_id } = (await keptClient(context, issuer, name)).client
    const { action } = await new Registrar({ store }).remove(issuer, { ...options, name })
    const deleted = action !== 'orphaned'
    await context.print({ issuer, name, client_id, deleted })
    return deleted ? EXIT.done : EXIT.partlyDone
  },
}
