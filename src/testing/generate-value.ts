import { encodeBase64url } from './base64url.js'
import type { GeneratedValue } from './options.js'

export function generateValue(kind: GeneratedValue): string {
  if (kind === 'client_id') return crypto.randomUUID()
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
}
