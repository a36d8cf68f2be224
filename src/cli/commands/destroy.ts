import type { Command } from '../command.js'
import { UsageError } from '../errors.js'
import { carriedOut } from '../manifest/carrying-out.js'
import { manifestOf } from '../manifest/manifest-file.js'
import { EVENTS, MANIFEST, MANIFEST_EXAMPLE, ONLY, SHARD } from '../manifest/options.js'
import { OUTPUT_OF_LIST, REQUESTS, STORE } from '../options.js'

export const command: Command = {
  name: 'destroy',
  summary: 'Delete all clients of a manifest, at their servers and in the store',
  description:
    'Users of these clients can no longer sign in. A client that its server does not delete is listed by dcr orphans. Clients that are not in the store are left as they are.',
  arguments: [MANIFEST],
  options: [
    { name: 'yes', description: 'Do it; without it nothing is deleted' },
    EVENTS,
    ONLY,
    SHARD,
    ...STORE,
    ...REQUESTS,
    ...OUTPUT_OF_LIST,
  ],
  examples: [{ what: 'All clients of a test', command: 'dcr destroy clients.yaml --yes' }],
  exampleFile: MANIFEST_EXAMPLE,
  async run(context) {
    const manifest = await manifestOf(context)
    if (!context.isSet('yes')) {
      const count = manifest.clients.length
      throw new UsageError(`this would delete up to ${count} clients, and needs --yes; see dcr plan`)
    }
    return carriedOut(context, manifest, 'destroy')
  },
}
