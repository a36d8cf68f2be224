import { type Answer, toResponse } from './answer.js'
import { answerWithFault, type Fault } from './faults.js'
import type { IncomingRequest } from './incoming-request.js'
import { Refusal, refusalAnswer } from './refusal.js'
import type { LogEntry } from './request-log.js'
import type { ServerContext } from './state.js'

/** One operation of the server: answers, or throws a `Refusal`. */
export type Work = (server: ServerContext, request: IncomingRequest) => Answer | Promise<Answer>

export async function answerRequest(
  server: ServerContext,
  work: Work,
  request: Request,
  entry: LogEntry,
  fault: Fault | undefined,
): Promise<Response> {
  const { method, headers } = request
  const incoming = { method, headers, url: new URL(request.url), body: await request.text() }
  entry.body = incoming.body
  const judge = () => judged(server, work, incoming)
  const response = fault ? await answerWithFault(fault, judge) : toResponse(await judge())
  if (response.type !== 'error') entry.status = response.status
  return response
}

async function judged(server: ServerContext, work: Work, request: IncomingRequest): Promise<Answer> {
  const { settings } = server
  const answer = await answered(server, work, request)
  const date = new Date(settings.now()).toUTCString()
  return { ...answer, headers: { date, ...answer.headers } }
}

async function answered(server: ServerContext, work: Work, request: IncomingRequest): Promise<Answer> {
  try {
    return await work(server, request)
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error, server.settings.issuer)
    throw error
  }
}
