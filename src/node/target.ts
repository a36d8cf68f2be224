import { isIP } from 'node:net'
import type { DcrError, ErrorDetails } from '../errors.js'
import { failure } from '../http/failure.js'
import { showUrl } from '../http/url.js'
import { printable } from '../printable.js'
import { classOfAddress } from './addresses.js'
import { type Allowances, isAllowed, keyOf } from './allow-list.js'
import { classOfName } from './names.js'
import { isBlockedPort, portOf } from './ports.js'

/** What a request is for, as far as errors and the guard need to know. */
export interface Target {
  readonly url: URL
  /** `POST https://as.example.com/register` */
  readonly endpoint: string
  /** The host without the brackets of an IPv6 address. */
  readonly host: string
  readonly isLiteral: boolean
  /** Whether the caller has let it through by name. */
  readonly isAllowed: boolean
}

export function targetOf({ method, url: text }: Request, allowances: Allowances): Target {
  const url = new URL(text)
  const host = url.hostname.replace(/[[\]]/g, '')
  const endpoint = `${method} ${showUrl(url)}`
  return {
    url,
    endpoint,
    host,
    isLiteral: isIP(host) !== 0,
    isAllowed: isAllowed(allowances, url),
  }
}

/** Refuses what needs no lookup to be refused. The parser has made one spelling of all the spellings of an address. */
export function checkTarget(target: Target): void {
  const { url, host, isLiteral } = target
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refusal(target, 'invalid_url', 'is not called: it must be an https URL')
  }
  if (target.isAllowed) return
  const port = portOf(url)
  if (isBlockedPort(port)) throw blocked(target, `port ${port} is for another protocol than HTTP`)
  const found = isLiteral ? classOfAddress(host) : classOfName(host)
  if (found)
    throw blocked(
      target,
      `${printable(host, 256)} is ${isLiteral ? 'an address' : 'a name'} that is ${found}`,
    )
}

/** The refusal of the guard. `why` is a clause that names the host and what is wrong with it. */
export function blocked(target: Target, why: string): DcrError {
  const repair = `if that is meant, allow it: guardedFetch({ allow: ['${keyOf(target.url)}'] })`
  return refusal(target, 'blocked_address', `is not connected to: ${why}; ${repair}`)
}

export function refusal(
  { endpoint }: Target,
  code: DcrError['code'],
  what: string,
  details: ErrorDetails = { outcome: 'not_sent' },
): DcrError {
  return failure({ operation: 'guardedFetch' }, code, what, { ...details, endpoint })
}
