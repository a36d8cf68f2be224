import {
  type ClientMetadata,
  type DcrError,
  differences,
  type Ensured,
  type EntryOptions,
  Registrar,
} from '../../index.js'
import { printable } from '../../printable.js'
import { clientInFile } from '../client-file.js'
import type { Command, Context } from '../command.js'
import { CommandError, UsageError } from '../errors.js'
import { CLIENT_FILE, METADATA, NAME, OUTPUT, REQUESTS, SERVER, STORE } from '../options.js'
import { requestedMetadata } from '../requested.js'
import { putAside } from '../rescuing.js'
import { takeIn } from '../taking-in.js'
import { checkIsKept, entryOptions, isOfMemory, issuerIn } from '../target.js'

export const command: Command = {
  name: 'register',
  summary: 'Register a client, and keep it in the store',
  description:
    'Done again with the same metadata, it sends nothing and gives the client that is kept. With other metadata it is refused: --as NAME registers another client, `dcr update` changes the one there is. With --client FILE it registers none, and keeps the client that is in the file.',
  arguments: [{ name: 'issuer', description: 'The issuer identifier of the server' }],
  options: [...METADATA, NAME, CLIENT_FILE, ...SERVER, ...STORE, ...REQUESTS, ...OUTPUT],
  examples: [
    {
      what: 'A client for a web application',
      command: 'dcr register https://as.example.com --redirect-uri https://app.example.com/cb --name "App"',
    },
    {
      what: 'One without users, for client credentials',
      command:
        "dcr register https://as.example.com --grant-type client_credentials --set 'response_types=[]' --as worker",
    },
    {
      what: 'With an initial access token, and metadata from a file',
      command: 'dcr register https://as.example.com --metadata app.yaml --token-env INITIAL_TOKEN --as app',
    },
    {
      what: 'One that was registered elsewhere',
      command: 'dcr register https://as.example.com --client client.json --as app',
    },
  ],
  async run(context) {
    const issuer = issuerIn(context)
    const wanted = await requestedMetadata(context)
    const given = await clientInFile(context)
    if (given) {
      if (Object.keys(wanted).length > 0)
        throw new UsageError('give --client or what to register, not both: `dcr update` changes a client')
      await takeIn(context, issuer, given)
      return undefined
    }
    if (Object.keys(wanted).length === 0)
      throw new UsageError('say what to register: --redirect-uri URI, --name TEXT, or --metadata FILE')
    checkIsKept(context)
    const options = await entryOptions(context)
    const registrar = new Registrar({ store: await context.store() })
    const ensured = await registrar
      .ensure(issuer, wanted, { ...options, mayChange: false })
      .catch(async (error: DcrError) => {
        throw error.code === 'invalid_argument'
          ? ((await ifTaken(registrar, issuer, wanted, options)) ?? error)
          : error
      })
    tellWhatWasDone(context, ensured, options.name)
    for (const { member } of differences(wanted, ensured.client)) {
      context.tell(`note: the server has granted another ${printable(member, 64)} than was asked for`)
    }
    const isWritten = await context.print(ensured.client)
    // Nobody has it then.
    if (!isWritten && isOfMemory(context)) await putAside(context, ensured.client)
    return undefined
  },
}

/** What is said where the name is that of another client. */
async function ifTaken(
  registrar: Registrar,
  issuer: string,
  wanted: ClientMetadata,
  options: EntryOptions,
): Promise<CommandError | undefined> {
  const { reasons, changed } = await registrar.plan(issuer, wanted, options)
  if (!reasons.includes('metadata_changed')) return undefined
  const members = changed.map((member) => printable(member, 64)).join(', ')
  return new CommandError(
    `${JSON.stringify(options.name)} is registered there with other metadata (${members}): \`dcr update\` changes it, --as NAME registers another client`,
  )
}

const DONE: Readonly<Record<Ensured['action'], string>> = {
  none: 'is registered already; nothing was sent',
  register: 'is registered',
  update: 'was renewed',
  replace: 'was registered anew',
}

function tellWhatWasDone(context: Context, { action }: Ensured, name: string): void {
  const secrets = context.isSet('show-secrets')
    ? ''
    : '. Its secrets are in the store: --show-secrets writes them out'
  context.tell(`${JSON.stringify(name)} ${DONE[action]}${secrets}.`)
}
