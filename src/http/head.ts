import type { Call } from './call.js'
import { begin } from './send.js'

/** Asks for a URL without credentials, and reads no more of the answer than its status and headers. */
export async function headOf(
  url: URL,
  call: Call,
  method: 'GET' | 'OPTIONS' = 'GET',
): Promise<Pick<Response, 'status' | 'headers'>> {
  const { response, asked } = await begin({ method, url }, call, { outcome: 'not_sent' })
  const { status, headers, body } = response
  body?.cancel().catch(() => {})
  // What streams for ever goes on to be received until its connection ends.
  asked.connection.abort()
  return { status, headers }
}
