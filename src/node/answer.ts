import type { IncomingMessage } from 'node:http'
import { broken, coded } from './broken.js'
import { refusal, type Target } from './target.js'

/** An answer of `node:http` as fetch has it. What is no answer to a request is thrown. */
export function answerOf(message: IncomingMessage, request: Request, target: Target): Response {
  // What becomes of the connection is told to who reads; there may be nobody yet.
  message.on('error', () => {})
  const { statusCode: status = 0, rawHeaders } = message
  try {
    const headers = new Headers()
    for (let index = 0; index < rawHeaders.length; index += 2) {
      headers.append(`${rawHeaders[index]}`, `${rawHeaders[index + 1]}`)
    }
    const hasBody = request.method !== 'HEAD' && ![204, 205, 304].includes(status)
    const answer = new Response(hasBody ? bodyOf(message, request.signal, target) : null, { status, headers })
    // A body where there must be none ends the connection.
    if (!hasBody) message.once('data', () => message.destroy())
    return answer
  } catch {
    // Its error quotes what the server sent.
    throw coded('NOT_HTTP')
  }
}

/** The body, read no faster than it is asked for. */
function bodyOf(message: IncomingMessage, signal: AbortSignal, target: Target): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = message.iterator()
  const next = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    demandIdentity(message, target)
    const { done, value } = await chunks.next().catch((error) => {
      throw signal.aborted ? signal.reason : broken(target, error, true)
    })
    if (done) controller.close()
    else controller.enqueue(value)
  }
  const cancel = () => void message.destroy()
  // Nothing is read ahead: who stops reading a bomb has not been sent the rest of it.
  return new ReadableStream({ pull: next, cancel }, { highWaterMark: 0 })
}

/** An encoding was not asked for, and one that nothing inflates cannot be a bomb. */
function demandIdentity(message: IncomingMessage, target: Target): void {
  const { headers, statusCode = 0 } = message
  if (/^(identity)?$/i.test(headers['content-encoding'] ?? '')) return
  message.destroy()
  const what = 'sends a compressed body, which was not asked for'
  const outcome = statusCode < 300 ? 'applied' : 'rejected'
  throw refusal(target, 'invalid_response', what, { outcome })
}
