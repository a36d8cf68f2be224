import type { Command } from '../command.js'
import { carriedOut } from '../manifest/carrying-out.js'
import { manifestOf } from '../manifest/manifest-file.js'
import { EVENTS, MANIFEST, MANIFEST_EXAMPLE, ONLY, SHARD } from '../manifest/options.js'
import { OUTPUT_OF_LIST, REQUESTS, STORE } from '../options.js'

export const command: Command = {
  name: 'apply',
  summary: 'Have all clients of a manifest registered as it has them',
  description:
    'Registers what is not there, changes in place what is to be otherwise, renews secrets that end, and keeps all of it in the store. What is there already sends nothing, so that it can be run again at any time, also after it was killed. One client that fails stops no other.',
  arguments: [MANIFEST],
  options: [EVENTS, ONLY, SHARD, ...STORE, ...REQUESTS, ...OUTPUT_OF_LIST],
  examples: [
    { what: 'All of them', command: 'dcr apply clients.yaml' },
    { what: 'In a pipeline, with a line of JSON for each event', command: 'dcr apply clients.yaml --events' },
    {
      what: 'The second of four machines that share a store',
      command: 'DCR_STORE=redis://store.example.com dcr apply clients.yaml --shard 2/4',
    },
  ],
  exampleFile: MANIFEST_EXAMPLE,
  async run(context) {
    return carriedOut(context, await manifestOf(context), 'apply')
  },
}
