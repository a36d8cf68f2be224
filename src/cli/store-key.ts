import { Buffer } from 'node:buffer'
import { aesGcm, type Encryption, type EncryptionKey } from '../index.js'
import type { Context } from './command.js'
import { UsageError } from './errors.js'
import { secretOf } from './secrets.js'

/** The variable with the keys of the store where no option names them. */
export const STORE_KEY_VARIABLE = 'DCR_STORE_KEY'

/**
 * What the store is encrypted with: lines of `ID:KEY`, of which the first encrypts and all decrypt.
 *
 * @returns Undefined where no key is given: the store is in clear.
 * @throws {UsageError} They cannot be read, or are no keys; what stands there is not repeated.
 */
export async function storeEncryption(context: Context): Promise<Encryption | undefined> {
  const text = (await secretOf(context, 'store-key')) ?? context.environment[STORE_KEY_VARIABLE] ?? ''
  const lines = text.split(/\s+/).filter((line) => line !== '')
  if (lines.length === 0) return undefined
  const keys = lines.map(keyIn)
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new UsageError('two keys of the store have the same ID')
  return aesGcm(keys)
}

function keyIn(line: string): EncryptionKey {
  const [, id = '', digits = ''] = /^([^:]+):([\w-]+=?)$/.exec(line) ?? []
  // 32 bytes in either way of writing: no text is both.
  const isHexadecimal = /^[0-9a-f]{64}$/i.test(digits)
  const key = Buffer.from(digits, isHexadecimal ? 'hex' : 'base64url')
  if (key.length === 32) return { id, key }
  throw new UsageError(
    'the key of the store must be ID:KEY, a line for each, with 32 random bytes as 64 hexadecimal digits or as base64url: openssl rand -hex 32 makes such a KEY',
  )
}
