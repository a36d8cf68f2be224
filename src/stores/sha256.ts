/** What Node, Bun and Deno have beside the web's standards; nothing in browsers and workers. */
interface Builtin {
  getBuiltinModule?: (name: 'node:crypto') => {
    createHash(name: 'sha256'): { update(text: string): { digest(format: 'hex'): string } }
  }
}

/** Of the UTF-8 of a text, in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  // WebCrypto has another thread do it, which for a short text costs more than ten times as much as the work.
  const { process } = globalThis as { process?: Builtin }
  const builtin = process?.getBuiltinModule?.('node:crypto')
  if (builtin) return builtin.createHash('sha256').update(text).digest('hex')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
