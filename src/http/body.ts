/**
 * Decoded bytes of an answer that are read at most. The largest honest answers, metadata documents of servers
 * with hundreds of scopes, stay under 64 KiB.
 */
export const LARGEST_BODY = 256 * 1024

/** Why a body could not be read: the server's doing, not the connection's. */
export class UnreadableBody extends Error {
  constructor(readonly reason: 'too_large' | 'not_utf8') {
    super(reason)
  }
}

/** Reads a body while counting, so that neither its length nor its compression can fill the memory. */
export async function readBody(response: Response): Promise<string> {
  const { body } = response
  if (!body) return ''
  if (Number(response.headers.get('content-length')) > LARGEST_BODY) {
    discard(response)
    throw new UnreadableBody('too_large')
  }
  const reader = body.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let size = 0
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decode(decoder)
      size += value.byteLength
      if (size > LARGEST_BODY) throw new UnreadableBody('too_large')
      text += decode(decoder, value)
    }
  } catch (error) {
    reader.cancel().catch(() => {})
    throw error
  }
}

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
  } catch {
    throw new UnreadableBody('not_utf8')
  }
}

/** Frees the connection of an answer whose body is not wanted. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => {})
}
