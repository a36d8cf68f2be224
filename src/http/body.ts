import type { ErrorCode } from '../errors.js'

/**
 * Decoded bytes of an answer that are read at most. The largest honest answers, metadata documents of servers
 * with hundreds of scopes, stay under 64 KiB.
 */
const LARGEST_BODY = 256 * 1024

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a body while counting, so that neither its length nor its compression can fill the memory.
 *
 * @throws What `unusable` makes, or the error of the connection.
 */
export async function readBody(
  { body, headers }: Response,
  unusable: (code: ErrorCode, what: string) => Error,
): Promise<string> {
  const reader = body?.getReader()
  const chunks: Uint8Array[] = []
  let size = Number(headers.get('content-length')) > LARGEST_BODY ? LARGEST_BODY : 0
  try {
    for (;;) {
      const { value } = (await reader?.read()) ?? {}
      if (!value) break
      chunks.push(value)
      size += value.byteLength
      if (size > LARGEST_BODY) throw unusable('response_too_large', `more than ${LARGEST_BODY} bytes`)
    }
  } catch (error) {
    reader?.cancel().catch(() => {})
    throw error
  }
  try {
    return utf8.decode(joined(chunks))
  } catch {
    throw unusable('invalid_response', 'a body that is not UTF-8')
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array | undefined {
  if (chunks.length < 2) return chunks[0]
  const whole = new Uint8Array(chunks.reduce((size, { byteLength }) => size + byteLength, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}
