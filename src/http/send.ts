import ky from 'ky'
import type { DcrError, ErrorDetails } from '../errors.js'
import { type Answer, type Asked, readAnswer } from './answer.js'
import { credentialsIn } from './authorization.js'
import { type Call, within } from './call.js'
import { failure } from './failure.js'
import { setBy } from './limits.js'
import { networkFault } from './network-fault.js'
import { showUrl } from './url.js'

/** What is sent once. */
export interface Attempt {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'
  readonly url: URL
  /** JSON text. */
  readonly json?: string | undefined
  readonly form?: URLSearchParams
  /** The `Authorization` header. */
  readonly authorization?: string | undefined
  /** What must not come back in an error: a server may repeat what it was sent. */
  readonly secrets?: readonly string[]
}

/** Sends one request once, within the deadline of its call, and reads the answer. */
export async function send(attempt: Attempt, call: Call, before: ErrorDetails): Promise<Answer> {
  const { response, asked } = await begin(attempt, call, before)
  return readAnswer(response, asked, call)
}

/** Sends one request once, and waits for the headers of its answer. */
export async function begin(
  attempt: Attempt,
  call: Call,
  before: ErrorDetails,
): Promise<{ response: Response; asked: Asked }> {
  const { method, url, json, form, authorization = '', secrets = [] } = attempt
  const type = json ? 'application/json' : form && 'application/x-www-form-urlencoded'
  const endpoint = `${method} ${showUrl(url)}`
  const where = { endpoint, attempts: (before.attempts ?? 0) + 1, earlier: before.outcome }
  const { firstByte } = call.limits
  const connection = new AbortController()
  let noResponse: DcrError | undefined
  const headers: Record<string, string> = {
    accept: 'application/json',
    ...call.headers,
    ...(authorization && { authorization }),
    ...(type && { 'content-type': type }),
  }
  const init = {
    method,
    headers,
    redirect: 'manual',
    body: bodyOf(json ?? form?.toString()),
    signal: connection.signal,
    // In Bun a connection of its own: where one that is used again ends, it would send a PUT or a DELETE once more.
    ...((method === 'PUT' || method === 'DELETE') && { keepalive: false }),
  } as const

  const sent = async () => {
    const given: unknown = await (call.fetch ? sentBy(call.fetch, new Request(url, init)) : fetch(url, init))
    if (isResponse(given)) return given
    const what = 'was sent, but what the option fetch gave is no Response'
    noResponse = failure(call, 'invalid_response', what, { ...where, outcome: 'unknown' })
    throw noResponse
  }
  const told = { method, isAuthorized: authorization !== '' }
  const surrounded = call.arounds.reduceRight<() => Promise<Response>>(
    (send, around) => () => around(told, send),
    sent,
  )

  const response = await within(
    call,
    (whenInterrupted) => {
      whenInterrupted(() => connection.abort())
      return ky(url, {
        // The request stands here and not in the options of ky, which would make one of them to be made anew by fetch:
        // fetch would pipe a body in it through a stream of its own, and follow its signal by another.
        fetch: surrounded,
        // When to send again is for request.ts to say, and the deadline is the call's, for the body as well.
        retry: 0,
        timeout: false,
        throwHttpErrors: false,
      }).catch((error: unknown) => {
        if (noResponse) throw noResponse
        const { code, what, ...told } = networkFault(error, endpoint)
        throw failure(call, code, what, { ...where, ...told })
      })
    },
    { ...where, outcome: 'unknown' },
    { endpoint, ...before },
    {
      limit: 'firstByte',
      milliseconds: firstByte,
      what: `had not begun to answer after ${firstByte} ms; ${setBy('firstByte')}`,
    },
  )
  const known = [...credentialsIn(authorization), ...secrets]
  return { response, asked: { method, url, where, connection, secrets: known } }
}

/** Deno sends a text once more, whatever the method, where a connection that is used again ends; not so a `Blob`. */
function bodyOf(text: string | undefined): string | Blob | null {
  if (text === undefined) return null
  return 'Deno' in globalThis ? new Blob([text]) : text
}

/** Node's fetch no longer hears the signal of a request that was collected as garbage: it is held until there is an answer. */
async function sentBy(send: NonNullable<Call['fetch']>, request: Request): Promise<unknown> {
  return Promise.resolve(send(request)).finally(() => request)
}

/** Another's `Response` will do, such as that of npm's undici. */
function isResponse(given: unknown): given is Response {
  const { headers } = Object(given) as Partial<Response>
  return typeof headers?.get === 'function' && Symbol.iterator in headers
}
