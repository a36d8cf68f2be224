import { chosenOf } from '../../onboarding/choosing.js'
import type { Manifest, ManifestClient, Shard } from '../../onboarding/index.js'
import type { Argument, Context, ExampleFile, Option } from '../command.js'
import { UsageError } from '../errors.js'

/** What `plan`, `apply` and `destroy` have in common. */

export const MANIFEST: Argument = {
  name: 'manifest',
  description: 'The file with servers and clients, as YAML or JSON; - for stdin',
  isFile: true,
}

export const MANIFEST_EXAMPLE: ExampleFile = {
  what: 'A manifest (all of it: docs/manifest.md, and schemas/manifest.json of the package for editors)',
  text: `version: 1
defaults: # of every client
  contacts: [ops@example.com]
servers:
  bank:
    issuer: https://as.bank.example
    initial_access_token: { env: BANK_TOKEN }
clients:
  shop:
    server: bank
    metadata:
      client_name: Shop
      # \${NAME} is a variable of the environment, \${NAME:-text} one with a default.
      redirect_uris: ['https://\${SHOP:-shop.example.com}/callback']
`,
}

export const SHARD: Option = {
  name: 'shard',
  value: 'I/N',
  description: 'Only the I-th of N parts of the clients, for machines that share a store',
}

export const ONLY: Option = {
  name: 'only',
  value: 'NAME',
  description: 'Only the client of this name',
  isRepeatable: true,
}

export const EVENTS: Option = {
  name: 'events',
  description: 'Write a line of JSON for each event as it happens, in place of the result',
}

/** @throws {UsageError} It is not `I/N`. */
export function shardOf(context: Context): Shard | undefined {
  const text = context.text('shard')
  if (text === undefined) return undefined
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  if (Number(index) >= 1 && Number(index) <= Number(of)) return { index: Number(index), of: Number(of) }
  throw new UsageError('--shard must be I/N with I from 1 to N, such as 1/4')
}

/** The names of `--only`, or undefined for all. */
export function onlyOf(context: Context): readonly string[] | undefined {
  const names = context.texts('only')
  return names.length > 0 ? names : undefined
}

/** The clients that are meant by `--only` and `--shard`. */
export function clientsOf(context: Context, { clients }: Manifest): ManifestClient[] {
  return chosenOf(clients, onlyOf(context), shardOf(context))
}
