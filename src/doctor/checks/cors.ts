import type { Check } from '../facts.js'
import { ok, unknown } from '../finding.js'
import { isAllowed } from '../preflight.js'

/** Whether a page in a browser may register (CORS). Most servers do not mean it to. */
export const cors: Check = ({ preflight }) => {
  if (preflight === undefined) return []
  if (typeof preflight === 'string')
    return [unknown(`the registration endpoint told nothing to a browser: it ${preflight}`)]
  if (isAllowed(preflight)) return [ok('pages of any origin may register from a browser')]
  const { status, allowsOrigin } = preflight
  const why = status < 300 ? `allows the origin "${allowsOrigin}"` : `answers ${status}`
  return [ok(`pages in a browser cannot register: the preflight ${why}; other programs can`)]
}
