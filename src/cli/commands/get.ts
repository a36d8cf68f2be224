import { Registrar } from '../../index.js'
import { clientMeant, managing, tellIfNewer } from '../client-file.js'
import type { Command } from '../command.js'
import { CLIENT_FILE, NAME, OUTPUT, REQUESTS, SERVER, STORE } from '../options.js'
import { checkIsKept, entryOptions, issuerIn, keptClient } from '../target.js'

export const command: Command = {
  name: 'get',
  summary: 'Read the registration of a client from its server',
  description: 'What it answers is kept, as a server may hand out new credentials with it (RFC 7592 §2.1).',
  arguments: [{ name: 'issuer', description: 'The issuer identifier of the server' }],
  options: [NAME, CLIENT_FILE, ...SERVER, ...STORE, ...REQUESTS, ...OUTPUT],
  examples: [
    { what: 'What the server knows of the client', command: 'dcr get https://as.example.com' },
    {
      what: 'Of a client that was registered elsewhere',
      command: 'dcr get https://as.example.com --client client.json',
    },
  ],
  async run(context) {
    const issuer = issuerIn(context)
    checkIsKept(context)
    const options = await entryOptions(context)
    const { given, name } = await clientMeant(context, issuer, options)
    const store = await context.store()
    if (given) {
      const dcr = await managing(context, issuer, options, store)
      const read = await dcr.get(given)
      tellIfNewer(context, given, read)
      await context.print(read)
      return undefined
    }
    await keptClient(context, issuer, name)
    await context.print(await new Registrar({ store }).get(issuer, { ...options, name }))
    return undefined
  },
}
