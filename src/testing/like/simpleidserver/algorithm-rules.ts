import type { Members } from '../../dialect.js'
import { Refusal } from '../../refusal.js'

/** RFC 7518 sections 3.1, 4.1 and 5.1. */
const SIGNATURE = /^(?:(?:HS|RS|PS|ES)(?:256|384|512)|none)$/
const KEY_ENCRYPTION =
  /^(?:RSA1_5|RSA-OAEP(?:-256)?|dir|A(?:128|192|256)(?:GCM)?KW|ECDH-ES(?:\+A(?:128|192|256)KW)?)$/
const CONTENT_ENCRYPTION = /^(?:A128CBC-HS256|A192CBC-HS384|A256CBC-HS512|A(?:128|192|256)GCM)$/

export function checkAlgorithms(metadata: Members): void {
  for (const [name, value] of Object.entries(metadata)) {
    const allowed = allowedFor(name)
    if (allowed && !allowed.test(String(value))) throw invalidAlgorithm(`${name} is not supported`)
    if (!name.endsWith('_enc')) continue
    const companion = name.replace(/enc$/, 'alg')
    if (metadata[companion] === undefined) throw invalidAlgorithm(`missing parameter ${companion}`)
  }
}

function allowedFor(name: string): RegExp | undefined {
  if (name.endsWith('_enc')) return CONTENT_ENCRYPTION
  if (!name.endsWith('_alg')) return undefined
  return /_encrypt(?:ed_response|ion)_alg$/.test(name) ? KEY_ENCRYPTION : SIGNATURE
}

function invalidAlgorithm(description: string): Refusal {
  return new Refusal(400, 'invalid_client_metadata', description)
}
