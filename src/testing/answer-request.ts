import { type Answer, toResponse } from './answer.js'
import type { ServerContext, Work } from './dialect.js'
import { answerWithFault, type Fault } from './faults.js'
import type { IncomingRequest } from './incoming-request.js'
import { ReadyRefusal, Refusal } from './refusal.js'
import type { LogEntry } from './request-log.js'

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
  const judge = () => judged(server, work, incoming, entry)
  const response = fault ? await answerWithFault(fault, judge) : toResponse(await judge())
  if (response.type !== 'error') entry.status = response.status
  return response
}

async function judged(
  server: ServerContext,
  work: Work,
  request: IncomingRequest,
  entry: LogEntry,
): Promise<Answer> {
  const { settings } = server
  const answer = await answered(server, work, request, entry)
  const date = new Date(settings.now()).toUTCString()
  return { ...answer, headers: { date, ...answer.headers } }
}

async function answered(
  server: ServerContext,
  work: Work,
  request: IncomingRequest,
  { operation }: LogEntry,
): Promise<Answer> {
  const { dialect, settings } = server
  try {
    return await work(server, request)
  } catch (error) {
    if (error instanceof Refusal) return dialect.refuse(error, operation, settings)
    if (error instanceof ReadyRefusal) return error.answer
    throw error
  }
}
