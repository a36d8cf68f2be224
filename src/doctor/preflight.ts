import { DcrError } from '../errors.js'
import type { Call } from '../http/call.js'
import { headOf } from '../http/head.js'
import { callableUrl } from '../http/url.js'
import { whatOf } from './asking.js'
import type { Preflight } from './facts.js'

/** A page that no server knows: one that is allowed all the same is allowed as any page is. */
const SOME_PAGE = 'https://app.example.com'

/** Asks the registration endpoint what a browser asks before it registers (CORS): it changes nothing. */
export async function askPreflight(endpoint: string, call: Call): Promise<Preflight | string> {
  const headers = {
    ...call.headers,
    origin: SOME_PAGE,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  }
  try {
    const url = callableUrl(endpoint, 'registration_endpoint', call)
    const { status, headers: told } = await headOf(url, { ...call, headers }, 'OPTIONS')
    return {
      status,
      allowsOrigin: told.get('access-control-allow-origin') ?? '',
      allowsHeaders: told.get('access-control-allow-headers') ?? '',
    }
  } catch (error) {
    if (!(error instanceof DcrError) || error.code === 'aborted') throw error
    return whatOf(error)
  }
}

export function isAllowed({ status, allowsOrigin, allowsHeaders }: Preflight): boolean {
  const allowsType = allowsHeaders === '*' || /(^|,)\s*content-type\s*(,|$)/i.test(allowsHeaders)
  return status >= 200 && status < 300 && (allowsOrigin === '*' || allowsOrigin === SOME_PAGE) && allowsType
}
