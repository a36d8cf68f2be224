import process from 'node:process'
import { diagnose, type Report, reportText } from '../../doctor/index.js'
import type { Command, Context } from '../command.js'
import { UsageError } from '../errors.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { METADATA, type OUTPUT, REQUESTS, SERVER, STORE } from '../options.js'
import { requestedMetadata } from '../requested.js'
import { entryOptions } from '../target.js'

/** A report is read by people, or by programs: it is no table, and has no secrets to show. */
const FORMAT: (typeof OUTPUT)[number] = {
  name: 'output',
  value: 'FORMAT',
  description: 'How the report is written; text on a terminal, else json',
  choices: ['text', 'json', 'yaml'],
}

export const command: Command = {
  name: 'doctor',
  summary: 'Tell what is at a URL, and what stands in the way of registering',
  description:
    'Asks for metadata, and for what a browser would ask, and judges the answers. With --probe it registers a throw-away client, reads, changes and deletes it. The report has no secrets, and can be pasted into a bug report. It ends with 0 where nothing is wrong, 1 where something is, 3 where a client of the probe is left, and 4 where one may be.',
  arguments: [
    {
      name: 'url',
      description: 'The issuer of a server, or the URL of a protected resource such as an MCP server',
    },
  ],
  options: [
    { name: 'probe', description: 'Register a throw-away client, and delete it' },
    ...METADATA,
    ...SERVER,
    ...STORE,
    ...REQUESTS,
    FORMAT,
  ],
  examples: [
    { what: 'Why does it not work?', command: 'dcr doctor https://as.example.com' },
    {
      what: 'What would be granted?',
      command: 'dcr doctor https://as.example.com --probe --scope "openid email" --token-env INITIAL_TOKEN',
    },
    {
      what: 'Only the problems, for a script',
      command: `dcr doctor https://as.example.com --output json | jq '.servers[].findings[] | select(.level == "problem")'`,
    },
  ],
  async run(context) {
    const probe = context.isSet('probe')
    const metadata = await requestedMetadata(context)
    if (!probe && Object.keys(metadata).length > 0)
      throw new UsageError('what is to be registered is for --probe')
    const requests = context.requests.tidying(context.signal)
    const { name: _, onWarning: __, ...options } = { ...(await entryOptions(context)), ...requests }
    const store = probe ? { store: await context.store() } : {}
    const report = await diagnose(urlIn(context), { ...options, ...store, probe, metadata })
    const format = context.text('output') ?? (process.stdout.isTTY ? 'text' : 'json')
    if (format === 'text') await context.write(reportText(report))
    else await context.print(report)
    return exitCodeOfReport(report)
  },
}

function urlIn(context: Context): string {
  const url = context.argument('url') ?? ''
  if (URL.canParse(url) && /^https?:\/\//i.test(url)) return url
  throw new UsageError('this must be a URL that starts with https://, such as https://as.example.com')
}

function exitCodeOfReport({ level, left }: Report): ExitCode {
  if (left.some(({ client_id }) => client_id === undefined)) return EXIT.unsafe
  if (left.length > 0) return EXIT.partlyDone
  return level === 'problem' ? EXIT.failed : EXIT.done
}
