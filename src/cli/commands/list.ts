import type { StoredRegistration } from '../../index.js'
import { isSameIssuer } from '../../registrar/entry.js'
import type { Command } from '../command.js'
import { OUTPUT_WITHOUT_SECRETS, STORE } from '../options.js'
import { issuerIn } from '../target.js'
import { time } from '../time.js'

export const command: Command = {
  name: 'list',
  summary: 'List the clients in the store',
  description: 'Sends nothing, and shows no secret.',
  arguments: [{ name: 'issuer', description: 'Only the clients at this issuer', isOptional: true }],
  options: [...STORE, ...OUTPUT_WITHOUT_SECRETS],
  examples: [
    { what: 'All of them, as a table', command: 'dcr list --output table' },
    {
      what: 'The names of those at one server',
      command: "dcr list https://as.example.com | jq -r '.[].name'",
    },
  ],
  async run(context) {
    const issuer = context.argument('issuer') === undefined ? undefined : issuerIn(context)
    const all = await (await context.store()).list(issuer)
    const clients = all.map(([, stored]) => stored).filter(({ client }) => client !== undefined)
    const found = clients.filter((stored) => issuer === undefined || isSameIssuer(stored.issuer, issuer))
    await context.print(found.sort(byPlace).map(row))
    if (found.length === 0)
      context.tell(`No client is kept here${issuer === undefined ? '' : ' for this issuer'}.`)
    return undefined
  },
}

function byPlace(one: StoredRegistration, other: StoredRegistration): number {
  return `${one.issuer} ${one.name}` < `${other.issuer} ${other.name}` ? -1 : 1
}

function row({ issuer, name, client, trouble, intent, orphans = [] }: StoredRegistration) {
  const { client_id, client_name, client_secret_expires_at: end = 0 } = client ?? {}
  return {
    issuer,
    ...(name !== undefined && { name }),
    client_id,
    ...(client_name !== undefined && { client_name }),
    ...(end > 0 && { secret_expires: time(end) }),
    ...(trouble !== undefined && { trouble }),
    ...(intent !== undefined && { unanswered: intent.operation }),
    ...(orphans.length > 0 && { orphans: orphans.length }),
  }
}
