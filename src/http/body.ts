import type { ErrorCode, Outcome } from '../errors.js'
import { type Call, type Interruption, unlessInterrupted } from './call.js'
import { setBy } from './limits.js'
import { networkFault } from './network-fault.js'

/** Why an answer cannot be used as it is: how it goes on behind "answered 201 …". */
export interface Flaw {
  readonly code: ErrorCode
  readonly what: string
  readonly outcome: Outcome
  readonly cause?: unknown
}

/** The text of a body, as far as it was read. */
export interface Body {
  readonly text: string
  readonly flaw?: Flaw | undefined
}

/**
 * Reads a body while counting, so that neither its length nor its compression can fill the memory, and nobody waits
 * for it for ever. What was read before it went wrong is not thrown away: it may hold a credential.
 */
export async function readBody(
  { body, headers }: Response,
  endpoint: string,
  connection: AbortController,
  call: Call,
): Promise<Body> {
  const { bodyBytes, idle } = call.limits
  const tooLarge: Flaw = {
    code: 'response_too_large',
    what: `with a body of more than ${bodyBytes} bytes; ${setBy('bodyBytes')}`,
    outcome: 'applied',
  }
  const silence = {
    limit: 'idle',
    milliseconds: idle,
    what: `had nothing more to say for ${idle} ms; ${setBy('idle')}`,
  } as const
  const chunks: Uint8Array[] = []
  let rest = bodyBytes
  // What announces itself as too large gets to say who it is about, and no more.
  const announced = Number(headers.get('content-length')) > bodyBytes ? tooLarge : undefined
  let cancel = () => {}
  const read = async (restart: () => void) => {
    const reader = body?.getReader()
    cancel = () => void reader?.cancel().catch(() => {})
    for (;;) {
      const { value } = (await reader?.read()) ?? {}
      if (!value) return announced
      chunks.push(value.byteLength > rest ? value.subarray(0, rest) : value)
      rest -= value.byteLength
      if (announced || rest < 0) return tooLarge
      restart()
    }
  }
  const found = await unlessInterrupted(call, read, ended, silence).catch((error) => broken(error, endpoint))
  const flaw = announced ?? found
  if (flaw) {
    cancel()
    // Who reads no more is not enough for undici: it goes on to inflate what has come.
    connection.abort()
  }
  return decoded(joined(chunks), flaw)
}

function ended({ what, ...why }: Interruption): Flaw {
  return { ...why, what: `and ${what}`, outcome: 'unknown' }
}

function broken(error: unknown, endpoint: string): Flaw {
  const { what, ...why } = networkFault(error, endpoint, true)
  return { ...why, what: `and ${what}` }
}

const strict = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true })
const lenient = /* @__PURE__ */ new TextDecoder()

/** Text of bytes that are no UTF-8, or were cut within a character, has U+FFFD in their place. */
function decoded(bytes: Uint8Array | undefined, flaw: Flaw | undefined): Body {
  if (!flaw) {
    try {
      return { text: strict.decode(bytes) }
    } catch {
      flaw = { code: 'invalid_response', what: 'with a body that is not UTF-8', outcome: 'applied' }
    }
  }
  return { text: lenient.decode(bytes), flaw }
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
