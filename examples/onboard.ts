/**
 * A script without a shell: it keeps several clients at two servers as a list says. It shows what it would do, does it, and
 * finds nothing to do the second time. Run it whenever the list has changed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClientMetadata, DcrError, type EntryOptions, Registrar } from 'dcr-client'
import { fileStore } from 'dcr-client/stores/file'
import { startProvider } from '../test/servers/oidc-provider.js'
import { say } from './say.js'

interface Line {
  readonly issuer: string
  readonly name: string
  readonly metadata: ClientMetadata
  readonly initialAccessToken?: string
}

const open = await startProvider()
const guarded = await startProvider({ registration: { initialAccessToken: 'a-token-of-the-administrator' } })
say('Started', `${open.issuer}, and ${guarded.issuer}, which wants a token`)

const web = { redirect_uris: ['https://app.example.com/cb'] }
const staging: Line = {
  issuer: open.issuer,
  name: 'staging',
  metadata: { ...web, client_name: 'App, staging' },
}
const list: Line[] = [
  staging,
  { issuer: open.issuer, name: 'production', metadata: { ...web, client_name: 'App' } },
  {
    issuer: guarded.issuer,
    name: 'production',
    metadata: { ...web, client_name: 'App' },
    initialAccessToken: 'a-token-of-the-administrator',
  },
]

const directory = mkdtempSync(join(tmpdir(), 'dcr-onboard-'))
const registrar = new Registrar({ store: fileStore({ directory }), allowInsecureRequests: true })

await bring(
  'Planned',
  list,
  async (line, options) => (await registrar.plan(line.issuer, line.metadata, options)).action,
)
await bring('Done', list, ensure)
await bring('Done again', list, ensure)
const renamed = { ...staging, metadata: { ...staging.metadata, client_name: 'App, rehearsal' } }
await bring('Changed', [renamed], ensure)
// One line that cannot be done does not keep the others from being done.
const astray = { ...staging, name: 'astray', metadata: { redirect_uris: ['javascript:alert(1)'] } }
const failures = await bring('Mistaken', [astray, staging], ensure)

for (const { issuer, name } of list) await registrar.remove(issuer, { name })
say('Removed', `all; ${(await registrar.orphans()).length} are left behind`)
rmSync(directory, { recursive: true })
await Promise.all([open.close(), guarded.close()])
// A script that was mistaken ends with 1. This one was on purpose.
if (failures !== 1) process.exitCode = 1

async function ensure({ issuer, metadata }: Line, options: EntryOptions): Promise<string> {
  const { client, action } = await registrar.ensure(issuer, metadata, options)
  return `${action} ${client.client_id}`
}

/** Does the same with each line, and tells of how many it failed. */
async function bring(
  step: string,
  lines: readonly Line[],
  work: (line: Line, options: EntryOptions) => Promise<string>,
): Promise<number> {
  let failed = 0
  for (const line of lines) {
    const { name, initialAccessToken } = line
    const done = await work(line, { name, initialAccessToken }).catch((error: unknown) => {
      if (!(error instanceof DcrError)) throw error
      failed++
      return `failed: ${error.code} (${error.outcome}): ${error.message}`
    })
    say(step, `${new URL(line.issuer).host} ${name}: ${done}`)
  }
  return failed
}
