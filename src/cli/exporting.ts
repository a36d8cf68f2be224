import type { ClientInformation } from '../index.js'
import { environmentLines, environmentOf } from './environment-file.js'
import { yamlOf } from './formats.js'
import { escaped } from './visible.js'

export const FORMATS = ['env', 'json', 'kubernetes'] as const
export type ExportFormat = (typeof FORMATS)[number]

export interface ExportOptions {
  readonly format: ExportFormat
  readonly prefix: string
  readonly secretName: string
  readonly namespace: string | undefined
}

/** What an application needs to be the client. What manages it is not for an application to have. */
const NEEDED = [
  'client_id',
  'client_secret',
  'client_secret_expires_at',
  'token_endpoint_auth_method',
  'redirect_uris',
  'scope',
]

/** A client for the next step of a pipeline. JSON is the whole client information, for `--client`. */
export async function exported(
  { issuer, client }: { issuer: string; client: ClientInformation },
  { format, prefix, secretName, namespace }: ExportOptions,
): Promise<{ text: string; leftOut: readonly string[] }> {
  if (format === 'json') return { text: `${escaped(JSON.stringify(client, undefined, 2))}\n`, leftOut: [] }
  const needed = Object.entries(client).filter(([member]) => NEEDED.includes(member))
  const members = { issuer, ...Object.fromEntries(needed) }
  if (format === 'env') {
    const { lines, leftOut } = environmentLines(members, prefix)
    return { text: lines.map((line) => `${line}\n`).join(''), leftOut }
  }
  const metadata = { name: secretName, ...(namespace !== undefined && { namespace }) }
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type: 'Opaque',
    stringData: environmentOf(members, prefix),
  }
  return { text: await yamlOf(secret), leftOut: [] }
}
