import type { ErrorCode } from '../errors.js'

/**
 * Decoded bytes of an answer that are read at most. The largest honest answers, metadata documents of servers
 * with hundreds of scopes, stay under 64 KiB.
 */
const LARGEST_BODY = 256 * 1024

/**
 * Reads a body while counting, so that neither its length nor its compression can fill the memory.
 *
 * @throws What `unusable` makes, or the error of the connection.
 */
export async function readBody(
  response: Response,
  unusable: (code: ErrorCode, what: string) => Error,
): Promise<string> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (bytes?: Uint8Array) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch {
      throw unusable('invalid_response', 'a body that is not UTF-8')
    }
  }
  let size = Number(response.headers.get('content-length')) > LARGEST_BODY ? LARGEST_BODY : 0
  let text = ''
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done || !value) return text + decode()
      size += value.byteLength
      if (size > LARGEST_BODY) throw unusable('response_too_large', `more than ${LARGEST_BODY} bytes`)
      text += decode(value)
    }
  } catch (error) {
    reader?.cancel().catch(() => {})
    throw error
  }
}
