import type { Call } from '../http/call.js'
import { callableUrl } from '../http/url.js'
import type { ManifestClient } from './manifest.js'
import { keyOf } from './planning.js'
import { isInShard, type Shard } from './shard.js'

/** The clients of a shard, or all, of those names, or of all. */
export function chosenOf(
  clients: readonly ManifestClient[],
  only: readonly string[] | undefined,
  shard: Shard | undefined,
): ManifestClient[] {
  const names = only && new Set(only)
  return clients.filter(
    ({ server, name }) => (!names || names.has(name)) && (!shard || isInShard(keyOf(server, name), shard)),
  )
}

/** @throws {DcrError} `insecure_url`: a server of theirs may not be called. */
export function checkServers(clients: readonly ManifestClient[], call: Call): void {
  for (const { issuer } of new Set(clients.map(({ server }) => server)))
    callableUrl(issuer, 'the issuer', call)
}
