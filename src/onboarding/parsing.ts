import { hasControlCharacter } from '../printable.js'
import { withoutSlash } from '../registrar/entry.js'
import { registrationKey } from '../stores/store.js'
import { clientsOf } from './clients.js'
import type { Manifest, ManifestClient } from './manifest.js'
import { ManifestError } from './manifest-error.js'
import { NOTHING, partOf, told } from './metadata.js'
import { type Path, Reader } from './reading.js'
import type { ReadSecret } from './secrets.js'
import { type ReadServer, readServer } from './servers.js'

/** Options of {@link parseManifest}. */
export interface ParseManifestOptions {
  /** What `${NAME}` stands for: on Node `process.env`. Default: nothing is set. */
  environment?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * Gives the secret that `{ env }` or `{ file }` names, when it is needed. Default: `env` is looked up in the
   * environment, and `file` is refused.
   */
  readSecret?: ReadSecret | undefined
}

export const MANIFEST_MEMBERS = ['version', 'defaults', 'servers', 'clients'] as const

/** Characters of a name under which a client can be kept, as the `Registrar` has it. */
const LONGEST_CLIENT_NAME = 256

/**
 * Checks a manifest that was read from JSON or YAML, and puts its defaults and variables in place. Sends nothing, and
 * reads no secret.
 *
 * @throws {ManifestError} `invalid_argument`, with all that is wrong.
 * @example
 * const manifest = parseManifest(JSON.parse(text), { environment: process.env })
 */
export function parseManifest(value: unknown, options: ParseManifestOptions = {}): Manifest {
  const { environment = {}, readSecret } = options
  const reader = new Reader(environment)
  const members = reader.object(value, [], MANIFEST_MEMBERS)
  if (!members) throw new ManifestError(reader.problems)
  if (members.version !== 1)
    reader.refuse(['version'], 'must be 1, which is the version of manifests that this reads')
  const servers = new Map<string, ReadServer>()
  for (const [name, each] of named(members.servers, ['servers'], reader)) {
    const server = readServer(name, each, ['servers', name], reader, readSecret)
    if (server) servers.set(name, server)
  }
  const providers = [...servers.values()].map(({ server }) => server.provider)
  const { defaults } = members
  const common = defaults === undefined ? NOTHING : partOf(defaults, ['defaults'], reader, providers)
  const keys = new Map<string, Path>()
  const clients: ManifestClient[] = []
  for (const [name, each] of named(members.clients, ['clients'], reader)) {
    for (const client of clientsOf(name, each, common, servers, reader)) {
      const { issuer } = client.server
      const key = registrationKey(withoutSlash(issuer), name)
      const path = ['clients', name, 'server']
      const isTwice = issuer !== '' && keys.has(key)
      if (isTwice)
        reader.refuse(path, 'this client is named twice at one issuer, and would be kept in one place')
      keys.set(key, path)
      clients.push(client)
    }
  }
  if (reader.problems.length > 0) throw new ManifestError(reader.problems)
  const all = [...servers.values()].map(({ server }) => server)
  const secrets = all.flatMap(({ initialAccessToken, token }) => [
    initialAccessToken ?? [],
    token?.clientSecret ?? [],
    token?.clientKey ?? [],
  ])
  return { servers: all, clients, secrets: secrets.flat() }
}

/**
 * Reads every secret that a manifest names, to see whether it is there, and keeps none.
 *
 * @throws {ManifestError} `invalid_argument`, with all that are missing.
 */
export async function checkSecrets({ secrets }: Manifest): Promise<void> {
  const failed = await Promise.all(
    secrets.map(({ path, read }) =>
      read().then(
        () => [],
        (error) => [{ path, message: told(error) }],
      ),
    ),
  )
  if (failed.flat().length > 0) throw new ManifestError(failed.flat())
}

/** The entries of an object whose members are named by the author of the manifest. */
function named(value: unknown, path: Path, reader: Reader): [string, unknown][] {
  const members = reader.object(value, path)
  if (!members) return []
  const entries = Object.entries(members)
  if (entries.length === 0) reader.refuse(path, 'must name one at least')
  return entries.filter(([name]) => {
    const isName = name !== '' && name.length <= LONGEST_CLIENT_NAME && !hasControlCharacter(name)
    if (!isName)
      reader.refuse(
        [...path, name],
        `a name must be 1 to ${LONGEST_CLIENT_NAME} characters, none of them a control character`,
      )
    return isName
  })
}
