import { DcrError } from '../errors.js'
import { storeFailure } from './failure.js'

/** A text that was encrypted, and the identifier of the key. */
export interface Sealed {
  /** Of the key that it takes to open it. It is stored in clear. */
  readonly id: string
  /** What was encrypted, as printable text. */
  readonly text: string
}

/** What a store encrypts with. `bound` is what the text belongs to: with another it does not open. */
export interface Encryption {
  /** Encrypts what is to be saved. */
  seal(text: string, bound: string): Promise<Sealed>
  /**
   * Decrypts what was found, and rejects where it is not what was sealed for `bound`.
   *
   * @param place - Where the text was found, for errors.
   */
  open(sealed: Sealed, bound: string, place: string): Promise<string>
}

/** A key of AES-GCM, with any name that tells it from others. The name is stored in clear. */
export interface EncryptionKey {
  /** Tells it from other keys. It is stored in clear with what it encrypts. */
  readonly id: string
  /** 16, 24 or 32 random bytes, not a password; or what WebCrypto made of them, which a browser need not be able to export. */
  readonly key: CryptoKey | Uint8Array
}

/** Bytes: what NIST SP 800-38D has for a random nonce. */
const NONCE = 12

/**
 * Encrypts what a store keeps, by AES-GCM: the issuer and the application's name for the client stay in clear and
 * are bound to it, so that a registration cannot be moved to another issuer. What is stored in clear is refused.
 *
 * The first key encrypts, all of them decrypt. To rotate, put a new one first; what is saved from then on has it, and the
 * old one can go when nothing is left that has not been saved since.
 *
 * It does not hide how long a registration is, nor that an older one was put back in its place.
 *
 * @throws {DcrError} `invalid_argument`
 * @see NIST SP 800-38D
 * @example
 * fileStore({ encryption: aesGcm([{ id: '2026-11', key: Buffer.from(process.env.STORE_KEY ?? '', 'base64') }]) })
 */
export function aesGcm(keys: readonly EncryptionKey[]): Encryption {
  const given = Array.isArray(keys) ? keys.map(copied) : []
  const known = new Map(given.map(({ id, key }) => [id, key]))
  const [first] = given
  if (!first || known.size < given.length || !given.every(isUsable) || !encrypts(first.key)) {
    const what =
      'the keys must be a list of { id, key }, each with an id of its own and 16, 24 or 32 bytes, or a CryptoKey of ' +
      'AES-GCM that may decrypt, the first one also encrypt'
    throw new DcrError('invalid_argument', `aesGcm: ${what}. Nothing was sent.`, { outcome: 'not_sent' })
  }
  return {
    async seal(text, bound) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE))
      const algorithm = { name: 'AES-GCM', iv, additionalData: bytes(bound) }
      const encrypted = await crypto.subtle.encrypt(algorithm, await imported(first), bytes(text))
      return { id: first.id, text: toBase64(new Uint8Array([...iv, ...new Uint8Array(encrypted)])) }
    },
    async open({ id, text }, bound, place) {
      const name = JSON.stringify(id)
      const key = known.get(id)
      if (!key)
        throw storeFailure('store_sealed', `${place} is encrypted with the key ${name}, which was not given`)
      const cryptoKey = await imported({ id, key })
      try {
        const sealed = fromBase64(text)
        const algorithm = { name: 'AES-GCM', iv: sealed.subarray(0, NONCE), additionalData: bytes(bound) }
        return new TextDecoder().decode(
          await crypto.subtle.decrypt(algorithm, cryptoKey, sealed.subarray(NONCE)),
        )
      } catch {
        const what = `does not open with the key ${name}: it is another key of that name, or the text was tampered with`
        throw storeFailure('store_sealed', `${place} ${what}`)
      }
    },
  }
}

/** Bytes that their owner wipes after use must not become a key of zeros here. */
function copied(given: EncryptionKey): EncryptionKey {
  const { id, key } = Object(given) as EncryptionKey
  return { id, key: key instanceof Uint8Array ? Uint8Array.from(key) : key }
}

function isUsable({ id, key }: EncryptionKey): boolean {
  if (typeof id !== 'string' || id === '') return false
  if (key instanceof Uint8Array) return [16, 24, 32].includes(key.length)
  return key instanceof CryptoKey && key.algorithm.name === 'AES-GCM' && key.usages.includes('decrypt')
}

function encrypts(key: CryptoKey | Uint8Array): boolean {
  return key instanceof Uint8Array || key.usages.includes('encrypt')
}

async function imported({ id, key }: EncryptionKey): Promise<CryptoKey> {
  if (!(key instanceof Uint8Array)) return key
  try {
    return await crypto.subtle.importKey('raw', new Uint8Array(key), 'AES-GCM', false, ['encrypt', 'decrypt'])
  } catch (error) {
    const what = `this runtime cannot use the key ${JSON.stringify(id)} of ${key.length} bytes; 16 or 32 work everywhere`
    throw storeFailure('store_failed', what, (error as Error).name)
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

function toBase64(given: Uint8Array): string {
  return btoa(Array.from(given, (byte) => String.fromCharCode(byte)).join(''))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
