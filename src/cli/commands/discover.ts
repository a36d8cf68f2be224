import { discover } from '../../index.js'
import type { Command } from '../command.js'
import { OUTPUT, REQUESTS } from '../options.js'
import { issuerIn } from '../target.js'

export const command: Command = {
  name: 'discover',
  summary: 'Show the metadata of an authorization server',
  description: 'Every well-known path is asked at the same time (RFC 8414, OpenID Connect Discovery 1.0).',
  arguments: [{ name: 'issuer', description: 'The issuer identifier, not the URL of a document' }],
  options: [...REQUESTS, ...OUTPUT],
  examples: [
    {
      what: 'Where clients are registered',
      command: 'dcr discover https://as.example.com | jq -r .registration_endpoint',
    },
  ],
  async run(context) {
    await context.print(await discover(issuerIn(context), context.requests.options))
    return undefined
  },
}
