import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { DcrError } from '../index.js'
import { printable } from '../printable.js'
import type { Context } from './command.js'
import { saveSecretly } from './secret-file.js'
import { STORE_KEY_VARIABLE } from './store-key.js'

/**
 * Writes what a server has given and the store has not kept, as on a full disk, into a file of this user: with the process
 * it would be lost, and nobody could manage or delete the client. Not in clear where the store is encrypted, unless
 * `--show-secrets` is given.
 */
export async function rescue(context: Context, error: unknown): Promise<void> {
  if (!(error instanceof DcrError) || error.outcome !== 'applied' || !error.code.startsWith('store_')) return
  if (error.client !== undefined) await putAside(context, error.client)
}

/** Writes what a server has given for a client into such a file. */
export async function putAside(context: Context, client: object & { client_id?: unknown }): Promise<void> {
  context.tell(`The client is ${printable(`${client.client_id}`, 256)}.`)
  if (isEncrypted(context) && !context.isSet('show-secrets')) return
  const name = `dcr-client-${crypto.randomUUID()}.json`
  // First where it is neither committed nor handed on with what else is in a folder.
  for (const place of [tmpdir, process.cwd]) {
    let path: string
    try {
      path = join(place(), name)
      await saveSecretly(path, `${JSON.stringify(client, undefined, 2)}\n`)
    } catch {
      continue
    }
    context.tell(
      `What the server gave is in ${path}, secrets in clear, for this user alone. \`dcr register ISSUER --client FILE --as NAME\` keeps it in a store that works, and \`dcr delete ISSUER --client FILE\` deletes it.`,
    )
    return
  }
}

function isEncrypted(context: Context): boolean {
  const key = context.text('store-key-env') ?? context.text('store-key-file')
  return Boolean(key ?? context.environment[STORE_KEY_VARIABLE])
}
