import { failureOf } from './check.js'
import { faults } from './faults.js'
import { guard } from './guard.js'
import { keeping } from './keeping.js'
import { life } from './life.js'
import { mcp } from './mcp.js'

/** The checks, by what they are about. A group that `needs` something is run where the runtime has given it. */
const groups = [
  { name: 'life', checks: life },
  { name: 'memory store', checks: keeping(({ memory }) => memory) },
  {
    name: 'file store',
    needs: 'fileStore',
    checks: keeping(({ fileStore, directory }) => fileStore({ directory })),
  },
  {
    name: 'web storage',
    needs: 'webStorage',
    checks: keeping(({ dcr, webStorage }) => dcr.webStorageStore(webStorage)),
  },
  { name: 'mcp', checks: mcp },
  { name: 'faults', checks: faults },
  { name: 'guardedFetch', needs: 'guardedFetch', checks: guard },
]

/**
 * Runs every check that there can be in this runtime, one after the other.
 *
 * @param given - What `servers.ts` tells of the servers; `dcr` and `mcp`, the package; what else the runtime has, by the names
 *   that groups need; and `inspectors`, by which it shows an error to people.
 * @returns Of each check its group, its name, and why it failed; of what was not run the group alone.
 */
export async function smoke(given) {
  const all = { ...given, memory: given.dcr.memoryStore() }
  const results = []
  for (const { name: group, needs, checks } of groups) {
    if (needs && !given[needs]) {
      results.push({ group })
      continue
    }
    for (const [name, check] of Object.entries(checks))
      results.push({ group, name, failure: await failureOf(() => check(all)) })
  }
  return results
}
