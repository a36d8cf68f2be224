import type { ClientInformation } from '../../index.js'
import { printable } from '../../printable.js'
import type { Command, Context } from '../command.js'
import { UsageError } from '../errors.js'
import { EXIT } from '../exit-codes.js'
import { type ExportFormat, exported, FORMATS } from '../exporting.js'
import { masked } from '../masking.js'
import { NAME, STORE } from '../options.js'
import { saveSecretly } from '../secret-file.js'
import { issuerIn, keptClient } from '../target.js'

export const command: Command = {
  name: 'export',
  summary: 'Write a kept client as env file, JSON or Kubernetes Secret',
  description:
    'Sends nothing. With --file into a file that only this user can read, secrets in clear; to stdout with secrets masked, unless --show-secrets is given. Env files and Secrets leave out what manages the client.',
  arguments: [{ name: 'issuer', description: 'The issuer identifier of the server' }],
  options: [
    NAME,
    { name: 'format', value: 'FORMAT', description: 'Default env', choices: FORMATS },
    { name: 'file', value: 'PATH', description: 'Where to write it, replacing what is there' },
    { name: 'prefix', value: 'TEXT', description: 'What the names in an env file or a Secret begin with' },
    {
      name: 'secret-name',
      value: 'NAME',
      description: 'The name of the Secret; default: as the client is kept',
    },
    { name: 'namespace', value: 'NAME', description: 'The namespace of the Secret' },
    { name: 'show-secrets', description: 'Write secrets in clear to stdout' },
    ...STORE,
  ],
  examples: [
    {
      what: 'For the next step of a pipeline',
      command: 'dcr export https://as.example.com --file client.env --prefix OIDC_',
    },
    {
      what: 'Into a cluster',
      command:
        'dcr export https://as.example.com --format kubernetes --secret-name shop --show-secrets | kubectl apply -f -',
    },
  ],
  async run(context) {
    const issuer = issuerIn(context)
    const name = context.text('as') ?? 'default'
    const wanted = asked(context, name)
    const { stored, client } = await keptClient(context, issuer, name)
    const path = context.text('file')
    const isInClear = path !== undefined || context.isSet('show-secrets')
    const shown = (isInClear ? client : masked(client)) as ClientInformation
    const { text, leftOut } = await exported(
      { issuer: stored.server?.issuer ?? stored.issuer, client: shown },
      wanted,
    )
    for (const member of leftOut)
      context.tell(`${member} cannot be written into an env file, and is left out: --format json has it.`)
    if (!isInClear)
      context.tell('Secrets are masked: --file PATH writes them to a file, --show-secrets to stdout.')
    if (path === undefined) await context.write(text)
    else {
      await saveSecretly(path, text)
      context.tell(`Written to ${printable(path, 256)}, secrets in clear, for this user alone.`)
    }
    return leftOut.length > 0 ? EXIT.partlyDone : EXIT.done
  },
}

/** A label of Kubernetes, which namespaces are one of and names of Secrets one or more (RFC 1123 §2.1). */
const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'
const NAMESPACE = new RegExp(`^${LABEL}$`)
const SECRET_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`)

function asked(context: Context, name: string) {
  const secretName = context.text('secret-name') ?? name
  const format = (context.text('format') ?? 'env') as ExportFormat
  const namespace = context.text('namespace')
  if (format === 'kubernetes' && !SECRET_NAME.test(secretName))
    throw new UsageError('--secret-name must be of lower case letters and digits, with - and . between them')
  if (namespace !== undefined && !NAMESPACE.test(namespace))
    throw new UsageError('--namespace must be of lower case letters and digits, with - between them')
  const prefix = context.text('prefix') ?? ''
  if (!/^([A-Za-z_][A-Za-z0-9_]*)?$/.test(prefix))
    throw new UsageError('--prefix must be of letters, digits and _')
  return { format, prefix, secretName, namespace }
}
