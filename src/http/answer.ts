import type { DcrError, ErrorDetails } from '../errors.js'
import type { JsonObject } from '../json.js'
import { printable } from '../printable.js'
import { readJson, readRefusal } from './answered-json.js'
import { type Flaw, readBody } from './body.js'
import type { Call } from './call.js'
import { failure } from './failure.js'
import { setBy } from './limits.js'
import { refusal } from './refusal.js'
import { parse } from './url.js'

/** A 2xx answer. `json` is undefined where the body is empty or not JSON. */
export interface Answer {
  readonly status: number
  readonly json: unknown
  /** What of an answer about a client can be read although it cannot be used: `json` is undefined then. */
  readonly remains?: Remains | undefined
  /** The server's own time, in seconds since the epoch, if it told (RFC 9110 §6.6.1). */
  readonly clock?: number | undefined
  /** What to tell in an error about this answer, and what must not be told. */
  readonly details: ErrorDetails
  readonly secrets: readonly string[]
}

/** The complete members of an answer, by their names on the wire, and what is wrong with the rest. */
export interface Remains extends Flaw {
  readonly members: JsonObject
}

/** What was asked, as far as its answer depends on it. */
export interface Asked {
  readonly method: string
  readonly url: URL
  /** What an error about it tells. */
  readonly where: Omit<ErrorDetails, 'outcome'> & { readonly endpoint: string }
  /** Ends the connection, for an answer of which no more is wanted. */
  readonly connection: AbortController
  /** What was sent and must not come back in an error. */
  readonly secrets: readonly string[]
}

/** Reads an answer within the limits of its call. */
export async function readAnswer(response: Response, asked: Asked, call: Call): Promise<Answer> {
  const { method, where, connection, secrets } = asked
  const { status, headers, ok } = response
  refuseRedirect(call, asked, response)
  const { text, flaw: cut = headersFlaw(headers, call) } = await readBody(
    response,
    where.endpoint,
    connection,
    call,
  )
  const type = headers.get('content-type') ?? ''
  if (!ok) {
    const plain = /^text\/plain\b/i.test(type) ? { message: text } : undefined
    const said = readRefusal(text, cut, call) ?? plain
    throw refusal(call, { status, headers, json: said, secrets }, where)
  }
  const { json, flaw, members } = readJson(text, cut, call)
  if (json !== undefined && !/json\b/i.test(type)) {
    call.warn('unexpected_content_type', 'The answer is JSON, its content type says otherwise.')
  }
  const answer = {
    status,
    json,
    clock: clockOf(headers),
    details: { ...where, outcome: 'applied' as const },
    secrets,
  }
  // A deletion has no answer to be read, unless it is an error: who did not wait for its end does not know.
  const isWaitedFor = flaw?.code !== 'timeout' && flaw?.code !== 'aborted'
  if (!flaw || (method === 'DELETE' && isWaitedFor)) return answer
  const remains = { ...flaw, members }
  if (isWorthKeeping(remains, asked, call)) return { ...answer, remains }
  throw unusable(answer, remains, call)
}

/** The error of an answer whose status is a success, and that cannot be used. */
export function unusable(
  { status, details }: Answer,
  { code, what, outcome, cause }: Flaw,
  call: Call,
  client?: JsonObject,
): DcrError {
  const known = { ...(cause !== undefined && { cause }), ...(client && { client }) }
  return failure(call, code, `answered ${status} ${what}`, { ...details, outcome, ...known })
}

/** Whether there is something in it that would be lost with the answer. */
function isWorthKeeping(
  { outcome, members }: Remains,
  { method, secrets }: Asked,
  { provider }: Call,
): boolean {
  const told = (member: string) => members[provider?.wireNames?.[member] ?? member] ?? ''
  const isNew = (member: string) => told(member) !== '' && !secrets.includes(`${told(member)}`)
  const isRenewed =
    isNew('registration_access_token') || (!provider?.secretGivenOnce && isNew('client_secret'))
  // Another read tells what became of an update, unless the lost answer held what a read now takes.
  if (method !== 'POST' && outcome === 'unknown') return isRenewed
  return isRenewed || told('client_id') !== ''
}

function refuseRedirect(call: Call, { url, where }: Asked, response: Response): void {
  const { status, type, redirected, headers, body } = response
  if (!redirected && type !== 'opaqueredirect' && (status < 300 || status > 399)) return
  body?.cancel().catch(() => {})
  const location = headers.get('location')
  const target = location === null ? undefined : parse(location, url)
  // A fetch that follows by itself has sent the request on, and nobody knows what came of it.
  const outcome = redirected ? 'unknown' : 'rejected'
  const to = target ? ` to ${printable(target.origin, LONGEST_ORIGIN)}` : ''
  throw failure(call, 'redirect_refused', `redirects${to}, where the request is not sent`, {
    ...where,
    outcome,
  })
}

/** Characters: a host name has 253 at most (RFC 1035 §2.3.4), and a parser takes any number. */
const LONGEST_ORIGIN = 270

function headersFlaw(headers: Headers, { limits }: Call): Flaw | undefined {
  const { headerBytes } = limits
  let size = 0
  for (const [name, value] of headers) size += name.length + value.length
  if (size <= headerBytes) return undefined
  const what = `with more than ${headerBytes} bytes of headers; ${setBy('headerBytes')}`
  return { code: 'response_too_large', what, outcome: 'applied' }
}

function clockOf(headers: Headers): number | undefined {
  const date = headers.get('date') ?? ''
  const time = /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/.test(date) ? Date.parse(date) : Number.NaN
  return Number.isNaN(time) ? undefined : time / 1000
}
