import type { Check } from '../facts.js'
import { ok, unknown } from '../finding.js'

const VERBS = { get: 'read', update: 'changed', delete: 'deleted' } as const

/** Whether clients can be managed (RFC 7592). The metadata have no member for it: a registration tells. */
export const management: Check = ({ provider, endpoint, isProbed }) => {
  if (!provider?.management) {
    if (endpoint === undefined) return []
    if (isProbed) return []
    const what = 'whether clients can be read, changed and deleted shows when one is registered (RFC 7592 §3)'
    return [unknown(what, 'try it: --probe registers a client and deletes it')]
  }
  const verbs = provider.management.map((operation) => VERBS[operation])
  return [
    ok(`at ${provider.name}, clients can be ${verbs.join(', ') || 'neither read, changed nor deleted'}`),
  ]
}
