import { reactive } from 'vue'
import { indented } from './indented.js'

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string
  readonly url: string
  /** Header lines and, after an empty line, the body. */
  readonly request: string
  answer?: Answer
}

/** An answer, or why there is none to show. */
export interface Answer {
  readonly title: string
  readonly text: string
  readonly isGood: boolean
}

/** Sends a request with the global `fetch`, and tells at once what goes out and later what comes back. */
export async function recorded(request: Request, tell: (exchange: Exchange) => void): Promise<Response> {
  const { method, url, headers } = request
  const exchange: Exchange = reactive({
    method,
    url,
    request: told(headers, await request.clone().text()),
  })
  tell(exchange)
  try {
    const response = await fetch(request)
    exchange.answer = await answerOf(response.clone())
    return response
  } catch (error) {
    const title = request.signal.aborted ? 'Given up, as it is not needed' : 'No answer: the connection broke'
    exchange.answer = { title, text: '', isGood: request.signal.aborted }
    throw error
  }
}

async function answerOf(response: Response): Promise<Answer> {
  if (response.type === 'opaqueredirect') {
    return { title: 'A redirect, of which browsers show no more', text: '', isGood: false }
  }
  const { status, statusText, ok, headers } = response
  return { title: `${status} ${statusText}`.trim(), text: told(headers, await response.text()), isGood: ok }
}

function told(headers: Headers, body: string): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  return body === '' ? lines : `${lines}\n\n${indented(body)}`
}
