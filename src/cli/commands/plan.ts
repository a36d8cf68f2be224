import type { JsonObject } from '../../json.js'
import type { ChangedMember, PlannedClient } from '../../onboarding/index.js'
import type { Command } from '../command.js'
import { onboardingOf } from '../manifest/carrying-out.js'
import { manifestOf } from '../manifest/manifest-file.js'
import { MANIFEST, MANIFEST_EXAMPLE, ONLY, onlyOf, SHARD } from '../manifest/options.js'
import { OUTPUT_OF_LIST, REQUESTS, STORE } from '../options.js'

/** What each action is called in the summary. */
const WORDS: Readonly<Record<PlannedClient['action'], string>> = {
  register: 'to register',
  update: 'to update',
  renew: 'to renew',
  replace: 'to replace',
  none: 'unchanged',
  orphaned: 'orphaned, which are left alone',
}

export const command: Command = {
  name: 'plan',
  summary: 'Show what apply would do, and send nothing',
  description:
    'Compares the manifest with the store, member by member. Clients that are in the store and not in the manifest are shown as orphaned.',
  arguments: [MANIFEST],
  options: [ONLY, SHARD, ...STORE, ...REQUESTS, ...OUTPUT_OF_LIST],
  examples: [
    { what: 'What has to be done', command: 'dcr plan clients.yaml' },
    {
      what: 'As JSON, only what is to be done',
      command: `dcr plan clients.yaml --output json | jq 'map(select(.action != "none"))'`,
    },
  ],
  exampleFile: MANIFEST_EXAMPLE,
  async run(context) {
    const onboarding = await onboardingOf(context, await manifestOf(context, 'no secrets'))
    const plans = await onboarding.plan({ only: onlyOf(context) })
    const counts = new Map<PlannedClient['action'], number>()
    for (const { action } of plans) counts.set(action, (counts.get(action) ?? 0) + 1)
    await context.print(plans, asRows)
    const words = Object.keys(WORDS) as PlannedClient['action'][]
    const told = words.flatMap((action) =>
      counts.has(action) ? `${counts.get(action)} ${WORDS[action]}` : [],
    )
    context.tell(`${told.join(', ')}.`)
    return undefined
  },
}

/** Each change as people write it, in lines of its own: values are long. */
function asRows({ reasons, changed, client_id, ...row }: JsonObject): object[] {
  const changes = (changed as readonly ChangedMember[]).flatMap(({ member, from, to }) => [
    `${member}: ${from === undefined ? 'none' : JSON.stringify(from)}`,
    `→ ${to === undefined ? 'none' : JSON.stringify(to)}`,
  ])
  const [why = reasons, ...more] = changes
  return [
    { ...row, ...(client_id !== undefined && { client_id }), why },
    ...more.map((line) => ({ why: line })),
  ]
}
