import ky from 'ky'
import type { DcrError, ErrorCode, ErrorDetails } from '../errors.js'
import { isUnset, without } from '../json.js'
import { credentialsIn } from './authorization.js'
import { readBody } from './body.js'
import { type Call, within } from './call.js'
import { failure } from './failure.js'
import { refusal } from './refusal.js'
import { parse, showUrl } from './url.js'

/** What is sent once. */
export interface Attempt {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  /** JSON text. */
  readonly json?: string | undefined
  readonly form?: URLSearchParams
  /** The `Authorization` header. */
  readonly authorization?: string | undefined
  /** What must not come back in an error: a server may repeat what it was sent. */
  readonly secrets?: readonly string[]
}

/** A 2xx answer. `json` is undefined where the body is empty or not JSON. */
export interface Answer {
  readonly status: number
  readonly json: unknown
  /** The server's own time, in seconds since the epoch, if it told (RFC 9110 §6.6.1). */
  readonly clock?: number | undefined
  /** What to tell in an error about this answer, and what must not be told. */
  readonly details: ErrorDetails
  readonly secrets: readonly string[]
}

/** No connection came to be, for a reason that may pass. `ConnectionRefused` is Bun's word for it. */
export const NOT_CONNECTED =
  /^(ECONNREFUSED|EAI_AGAIN|E(NET|HOST)UNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused)$/
/** No connection came to be, for a reason that stays. */
const NOT_CONNECTABLE = /^(ENOTFOUND|BAD_PORT|ERR_SSL_WRONG_VERSION_NUMBER)$|CERT|UNABLE_TO_/

/** Sends one request once, within the deadline of its call, and reads the answer. */
export function send(attempt: Attempt, call: Call, before: ErrorDetails): Promise<Answer> {
  const { method, url, json, form, authorization = '', secrets = [] } = attempt
  const type = json ? 'application/json' : form && 'application/x-www-form-urlencoded'
  const endpoint = `${method} ${showUrl(url)}`
  const where = { endpoint, attempts: (before.attempts ?? 0) + 1, earlier: before.outcome }
  const details = { ...where, outcome: 'unknown' } as const
  const sent = [...credentialsIn(authorization), ...secrets]

  return within(
    call,
    async (signal) => {
      const response = await ky(url, {
        method,
        headers: {
          accept: 'application/json',
          ...call.headers,
          ...without({ authorization, 'content-type': type }, isUnset),
        },
        // Text and signal stand beside the Request: fetch would pipe a body that is in it through a stream of its
        // own, and ky would follow a signal with two more: together about a fifth of what a bare fetch costs.
        fetch: (request) => {
          const init = { body: json ?? form?.toString() ?? null, signal }
          return call.fetch ? call.fetch(new Request(request, init)) : fetch(request, init)
        },
        redirect: 'manual',
        // When to send again is for request.ts to say, and the deadline is the call's, for the body as well.
        retry: 0,
        timeout: false,
        throwHttpErrors: false,
      }).catch((error: unknown) => {
        throw networkFailure(call, error, where)
      })
      const { status, headers, ok } = response
      refuseRedirect(call, url, response, details)

      const unusable = (code: ErrorCode, what: string) =>
        failure(call, code, `answered ${status} with ${what}`, { ...where, outcome: 'applied' })
      const text = await readBody(response, unusable).catch((error: unknown) => {
        // Of a refusal the status says enough, and a deletion has no answer to be read.
        if (!ok || method === 'DELETE') return ''
        throw (error as Partial<DcrError>).outcome ? error : networkFailure(call, error, where, true)
      })
      const plain = /^text\/plain\b/i.test(headers.get('content-type') ?? '')
      const answered = parseJson(text) ?? (plain && !ok ? { message: text } : undefined)
      if (!ok) throw refusal(call, { status, headers, json: answered, secrets: sent }, where)
      if (answered !== undefined && !/json\b/i.test(headers.get('content-type') ?? '')) {
        call.warn('unexpected_content_type', 'The answer is JSON, its content type says otherwise.')
      }
      const clock = clockOf(headers)
      return { status, json: answered, clock, details: { ...where, outcome: 'applied' }, secrets: sent }
    },
    details,
    { endpoint, ...before },
  )
}

function refuseRedirect(call: Call, url: URL, response: Response, details: ErrorDetails): void {
  const { status, type, redirected, headers, body } = response
  if (!redirected && type !== 'opaqueredirect' && (status < 300 || status > 399)) return
  body?.cancel().catch(() => {})
  const target = parse(headers.get('location') ?? '', url)
  // A fetch that follows by itself has sent the request on, and nobody knows what came of it.
  const outcome = redirected ? 'unknown' : 'rejected'
  const what = `redirects${target ? ` to ${target.origin}` : ''}, where the request is not sent`
  throw failure(call, 'redirect_refused', what, { ...details, outcome })
}

function clockOf(headers: Headers): number | undefined {
  const date = headers.get('date') ?? ''
  const time = /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/.test(date) ? Date.parse(date) : Number.NaN
  return Number.isNaN(time) ? undefined : time / 1000
}

interface SystemError {
  readonly code: unknown
  readonly syscall: unknown
}

/** All that is kept of an error of the runtime. */
export interface NetworkCause {
  readonly code: string
}

/** The runtime's own error is dropped: it holds the request, and that the credentials. Its code is kept. */
function networkFailure(
  call: Call,
  error: unknown,
  where: Omit<ErrorDetails, 'outcome'>,
  connected = false,
): DcrError {
  let code = ''
  for (let level = error, depth = 0; level instanceof Error && depth < 5; level = level.cause, depth++) {
    const { code: found, syscall } = level as Partial<SystemError>
    // A route can vanish under a connection too, and then it is reading or writing that fails.
    if (syscall === 'read' || syscall === 'write') connected = true
    if (typeof found === 'string' && /^\w{3,64}$/.test(found)) code = found
    // What undici says instead of a code, of ports such as 22 that no fetch connects to.
    else if (level.message === 'bad port') code = 'BAD_PORT'
  }
  const unsent = !connected && (NOT_CONNECTED.test(code) || NOT_CONNECTABLE.test(code))
  const what = `${unsent ? 'could not be reached' : 'closed or lost the connection'} (${code || 'no code'})`
  return failure(call, 'network_error', what, {
    ...where,
    outcome: unsent ? 'not_sent' : 'unknown',
    cause: { code },
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Its error quotes the text, which may be a secret.
    return undefined
  }
}
