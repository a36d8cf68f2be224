import { HttpResponse } from 'msw'
import { type Answer, toResponse, toTruncatedResponse } from './answer.js'

/**
 * What goes wrong with one request. Every member is optional, and they combine.
 *
 * Without `apply` or `alter`, a fault that answers by itself (`status`, `body`, `network: 'error'`) leaves the server
 * as it was. Any other fault lets the server do its work, and only bends the answer.
 *
 * @example
 * ```ts
 * server.fault('register', { status: 503, headers: { 'retry-after': '1' } }) // refused, then works
 * server.fault('update', { apply: true, network: 'error' })                 // the token rotated, the answer is lost
 * server.fault('read', { alter: ({ client_secret, ...rest }) => rest })     // a server that tells the secret only once
 * ```
 */
export interface Fault {
  /** Answer with this status, 200 to 599. Default: 200 where `body` is given, otherwise the status of the real answer. */
  readonly status?: number
  /** Sent over those of the answer. On their own, they are added to the real one. */
  readonly headers?: Readonly<Record<string, string>>
  /** Answer with this: a string is sent as is, an object as JSON. */
  readonly body?: string | object
  /** Do the work first (a client is made, a token rotates), then answer as the fault says. */
  readonly apply?: boolean
  /** Milliseconds until the answer. The work waits too, unless `apply` or `alter` has it done first. `infinite`: no answer. */
  readonly delay?: number | 'infinite'
  /** `error`: the connection breaks before an answer. `truncate`: the answer's body breaks off half-way (without a body: as `error`). */
  readonly network?: 'error' | 'truncate'
  /**
   * Do the work, then answer with what this makes of the answer's JSON (`{}` where there is none). It gets a copy:
   * the server's own records stay true. A string is sent as is, `undefined` sends no body.
   */
  readonly alter?: (body: Record<string, unknown>) => unknown
}

export async function answerWithFault(fault: Fault, work: () => Promise<Answer>): Promise<Response> {
  const workFirst = fault.apply || fault.alter !== undefined
  const done = workFirst ? await work() : undefined
  if (fault.delay !== undefined) await elapse(fault.delay)
  if (fault.network === 'error') return HttpResponse.error()
  const answer = altered(fault, done) ?? instead(fault) ?? withHeaders(done ?? (await work()), fault)
  return fault.network === 'truncate' ? toTruncatedResponse(answer) : toResponse(answer)
}

function elapse(delay: number | 'infinite'): Promise<void> {
  return new Promise((resolve) => {
    if (delay !== 'infinite') setTimeout(resolve, delay)
  })
}

function altered(fault: Fault, done: Answer | undefined): Answer | undefined {
  if (!fault.alter || !done) return undefined
  const json = typeof done.body === 'object' ? structuredClone(done.body) : {}
  const body = fault.alter(json as Record<string, unknown>)
  // Said here, as what it made may be a string: JSON that is none.
  const headers = { 'content-type': 'application/json; charset=utf-8', ...done.headers }
  return withHeaders({ status: fault.status ?? done.status, headers, body }, fault)
}

function instead(fault: Fault): Answer | undefined {
  const { status, body } = fault
  if (status === undefined && body === undefined) return undefined
  return withHeaders({ status: status ?? 200, headers: {}, body }, fault)
}

function withHeaders(answer: Answer, { headers = {} }: Fault): Answer {
  const changes = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return { ...answer, headers: { ...answer.headers, ...Object.fromEntries(changes) } }
}
