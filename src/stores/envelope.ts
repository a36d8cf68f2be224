import { printable } from '../printable.js'
import type { Encryption } from './encryption.js'
import { storeFailure } from './failure.js'
import { sha256 } from './sha256.js'
import type { StoredRegistration } from './store.js'

/** Of the text, not of the package. A store that holds a later one is left alone. */
const FORMAT = 1

/** Characters of a text that an error repeats: an issuer and a name, and no page. */
const LONGEST_TOLD = 300

/** Tells what the second line is. */
interface Header {
  readonly format: number
  readonly key: string
  readonly revision: string
  /** The identifier of the key that the second line is encrypted with. */
  readonly sealed?: string | undefined
}

/** A registration with the key and the revision it was kept under. */
export interface Kept {
  readonly key: string
  readonly stored: StoredRegistration & { readonly revision: string }
}

/**
 * A registration as text: a line of JSON about it, and a line of JSON that is it, or holds it encrypted. The
 * key is bound to both, so that the client of one issuer cannot be passed off as that of another.
 *
 * @throws {DcrError} `invalid_argument` where the registration cannot be JSON
 */
export async function encode(
  key: string,
  { revision: _, ...stored }: StoredRegistration,
  revision: string,
  encryption?: Encryption,
): Promise<string> {
  const json = written(stored)
  const { id: sealed, text } = encryption
    ? await encryption.seal(json, bound(key))
    : { id: undefined, text: json }
  const header: Header = { format: FORMAT, key, revision, sealed }
  return `${JSON.stringify({ ...header, sha256: await checksum(header, text) })}\n${text}\n`
}

/**
 * Reads what {@link encode} has written.
 *
 * @param place - Where the text was found, for errors.
 * @throws {DcrError} `store_unreadable`, `store_sealed`
 */
export async function decode(text: string, place: string, encryption?: Encryption): Promise<Kept> {
  const [first = '', second = '', ...rest] = text.split('\n')
  const { format, key, revision, sealed, ...sum } = Object(parse(first)) as Partial<Record<string, unknown>>
  if (typeof format === 'number' && format > FORMAT) {
    const what = `${place} was written by a later version of dcr-client (format ${format})${telling(key)}`
    throw storeFailure('store_unreadable', `${what}, and is left as it is: use that version`)
  }
  const isWhole = rest.length === 1 && rest[0] === '' && format === FORMAT
  if (!isWhole || typeof key !== 'string' || typeof revision !== 'string') throw damaged(place, key)
  if (sealed !== undefined && typeof sealed !== 'string') throw damaged(place, key)
  if (sum.sha256 !== (await checksum({ format, key, revision, sealed }, second))) throw damaged(place, key)

  if (!encryption !== (sealed === undefined)) {
    const what = encryption
      ? 'is not encrypted, and this store has an encryption: it may have been put there by somebody else. Move it ' +
        'away, or copy it into an encrypted store from one without an encryption'
      : `is encrypted, and this store has no encryption: pass aesGcm() with the key ${quoted(sealed)}`
    throw storeFailure('store_sealed', `${place} ${what}${telling(key)}`)
  }
  const json = encryption
    ? await encryption.open({ id: `${sealed}`, text: second }, bound(key), place)
    : second
  const stored = parse(json) as StoredRegistration | undefined
  if (typeof stored?.issuer !== 'string') throw damaged(place, key)
  return { key, stored: { ...stored, revision } }
}

/** What an encrypted registration belongs to: the key names the issuer. */
function bound(key: string): string {
  return JSON.stringify([FORMAT, key])
}

function damaged(place: string, key: unknown) {
  const remedy =
    'restore it from a copy, or move it away to start anew: what it held may still be registered at the server'
  return storeFailure(
    'store_unreadable',
    `${place} is damaged${telling(key)}, and is left as it is: ${remedy}`,
  )
}

/** For people, to whom the name of a file tells nothing. It is as good as the text it comes from. */
function telling(key: unknown): string {
  return typeof key === 'string' ? ` (its first line says it is of ${printable(key, LONGEST_TOLD)})` : ''
}

function quoted(text: unknown): string {
  return printable(JSON.stringify(text), LONGEST_TOLD)
}

/** The key that a text names, damaged or not; undefined if it names none. */
export function keyNamedIn(text: string): string | undefined {
  const [first = ''] = text.split('\n', 1)
  const { key } = Object(parse(first))
  return typeof key === 'string' ? key : undefined
}

/** Of all that is written, in hexadecimal: tells damage from what was saved. */
function checksum({ format, key, revision, sealed }: Header, text: string): Promise<string> {
  return sha256(`${JSON.stringify([format, key, revision, sealed])}\n${text}`)
}

function written(stored: StoredRegistration): string {
  try {
    return JSON.stringify(stored)
  } catch {
    // Too deep, a circle, or no JSON at all. Its error quotes names of members.
    throw storeFailure('invalid_argument', 'a registration that is no JSON, or too deep, cannot be kept')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Its error quotes the text.
    return undefined
  }
}
