import { HttpResponse } from 'msw'

/** An answer before it becomes a response, so that a fault can still change it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A string is sent as is, `undefined` is no body, anything else is JSON. */
  readonly body?: unknown
}

export function jsonAnswer(status: number, body: object): Answer {
  return { status, headers: { 'cache-control': 'no-store' }, body }
}

export function emptyAnswer(status: number): Answer {
  return { status, headers: {} }
}

export function notFound(): Answer {
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Not Found' }
}

export function toResponse(answer: Answer): HttpResponse<string> {
  const headers = headersOf(answer)
  return new HttpResponse(textOf(answer), { status: answer.status, headers })
}

/** The body breaks off half-way: the caller has the status and the headers, and cannot read the rest. */
export function toTruncatedResponse(answer: Answer): Response {
  const bytes = new TextEncoder().encode(textOf(answer) ?? '')
  if (bytes.length === 0) return HttpResponse.error()
  const half = bytes.slice(0, Math.ceil(bytes.length / 2))
  // Nothing is read ahead (0), as an error also drops what was read and not yet handed on.
  const body = new ReadableStream({ pull: breakAfter(half) }, { highWaterMark: 0 })
  // MSW 3 plays a socket: without a promised length, its end would be the end of the body.
  const headers = { ...headersOf(answer), 'content-length': String(bytes.length) }
  return new HttpResponse(body, { status: answer.status, headers })
}

function breakAfter(chunk: Uint8Array): (controller: ReadableStreamDefaultController<Uint8Array>) => void {
  let sent = false
  return (controller) => {
    if (sent) controller.error(new TypeError('terminated'))
    else controller.enqueue(chunk)
    sent = true
  }
}

/** A status that allows no body is left to MSW, which drops it. */
function textOf({ body }: Answer): string | null {
  if (body === undefined) return null
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function headersOf({ headers, body }: Answer): Record<string, string> {
  if (body === undefined || typeof body === 'string') return headers
  return { 'content-type': 'application/json; charset=utf-8', ...headers }
}
