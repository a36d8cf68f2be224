import { DcrClient } from '../client/client.js'
import type { DcrError } from '../errors.js'
import type { RequestOptions } from '../http/options.js'
import { memoryStore } from '../stores/memory.js'
import type { AuthorizationServerMetadata, ClientInformation, ClientMetadata } from '../types.js'
import type { Warning } from '../warnings.js'
import { ok, type Said, warning } from './finding.js'
import type { DiagnoseOptions } from './options.js'
import { grantedOf, lackingIn, notMade, notOffered, readAs } from './probe-findings.js'
import { probeMetadata } from './probe-metadata.js'
import { inDoubt, tidyUp } from './probe-tidying.js'
import { note, noted, type Probing, unhurried } from './probing.js'
import type { LeftOverClient } from './report.js'
import { throwAwayStore } from './throw-away-store.js'

/** What a probe has found, and what it could not delete. */
export interface Probed {
  readonly said: readonly (readonly [check: string, said: Said])[]
  readonly left: LeftOverClient | undefined
}

/** Registers a client that is for nothing else, reads, changes and deletes it. */
export async function probe(
  server: AuthorizationServerMetadata,
  options: DiagnoseOptions,
  secrets: Set<string>,
): Promise<Probed> {
  const warnings: Warning[] = []
  const onWarning: RequestOptions['onWarning'] = (warning) => void warnings.push(warning)
  const { probe: _, metadata, store = memoryStore(), ...settings } = options
  const initialAccessToken = noted(options.initialAccessToken, secrets)
  const all = { ...settings, initialAccessToken, onWarning }
  const said: [string, Said][] = []
  let dcr: DcrClient
  try {
    dcr = new DcrClient(server, { ...all, store: throwAwayStore(store, server) })
  } catch (error) {
    return { said: [['probe_register', notMade(error as DcrError, options)]], left: undefined }
  }
  const bare = new DcrClient(server, all)
  const probing: Probing = { server, dcr, bare, options, secrets, said, warnings }
  const wanted = probeMetadata(server, metadata)
  const client = await register(wanted, probing)
  if (client === undefined) return { said, left: undefined }
  const newest = 'client_id' in client ? await examine(client, probing) : undefined
  const left = newest ? await tidyUp(newest, wanted, probing) : inDoubt(wanted, probing)
  return { said, left }
}

/** The client; what is doubtful, where nobody knows whether there is one; nothing, where there is none. */
async function register(
  wanted: ClientMetadata,
  probing: Probing,
): Promise<ClientInformation | { isDoubtful: true } | undefined> {
  const { dcr, said, warnings, options } = probing
  if (options.signal?.aborted) return undefined
  try {
    const client = note(await dcr.register(wanted, unhurried()), probing)
    said.push(['probe_register', ok('a client was registered')])
    for (const { code, message, member } of warnings) {
      if (code !== 'granted_differs')
        said.push(['probe_register', warning(`${member ? `${member}: ` : ''}${message}`)])
    }
    for (const each of [...grantedOf(wanted, client), ...lackingIn(client, options)])
      said.push(['probe_granted', each])
    return client
  } catch (thrown) {
    const error = thrown as DcrError
    said.push(['probe_register', notMade(error, options)])
    const { client } = error
    if (typeof client?.client_id === 'string') return note(client as ClientInformation, probing)
    return error.outcome === 'unknown' || error.outcome === 'applied' ? { isDoubtful: true } : undefined
  }
}

/** Reads and changes it, and gives what the last answer said of it. What is not offered is no problem. */
async function examine(client: ClientInformation, probing: Probing): Promise<ClientInformation> {
  const { dcr, said, options } = probing
  let newest = client
  const steps = [
    ['probe_read', 'read', () => dcr.get(newest, unhurried())],
    [
      'probe_update',
      'changed',
      () => dcr.update(newest, { client_name: `${newest.client_name ?? ''} changed` }, unhurried()),
    ],
  ] as const
  for (const [check, verb, step] of steps) {
    if (options.signal?.aborted) break
    try {
      const before = newest
      newest = note(await step(), probing)
      said.push([check, readAs(before, newest, verb)])
    } catch (error) {
      said.push([check, notOffered(error as DcrError, verb)])
      const { client: known } = error as DcrError
      if (typeof known?.client_id === 'string')
        newest = { ...newest, ...note(known as ClientInformation, probing) }
    }
  }
  return newest
}
