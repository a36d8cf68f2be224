import type { DcrError, OAuthError } from '../errors.js'
import { readAnswer } from '../http/answer.js'
import type { Call } from '../http/call.js'
import { noting } from '../http/precedence.js'
import { begin } from '../http/send.js'
import { showUrl } from '../http/url.js'
import { isRecord } from '../json.js'
import { printable } from '../printable.js'
import type { AskedPlace } from './facts.js'

/** Characters of a content type; honest ones have some thirty. */
const LONGEST_TYPE = 64

/**
 * Asks for a document once, and tells what was there, whatever that is. `member` is what makes it the one that is looked for.
 *
 * @throws {DcrError} `aborted` alone.
 */
export async function askAt(url: URL, member: 'issuer' | 'resource', call: Call): Promise<AskedPlace> {
  const { call: own, warnings } = noting(call)
  const place = { url: showUrl(url), warnings, isSilent: false }
  let status: number | undefined
  try {
    const { response, asked } = await begin({ method: 'GET', url }, own, { outcome: 'not_sent' })
    status = response.status
    const { json } = await readAnswer(response, asked, own)
    const type = printable(response.headers.get('content-type') ?? '', LONGEST_TYPE)
    if (isRecord(json) && typeof json[member] === 'string')
      return { ...place, status, told: `${status}, metadata`, document: json }
    const what = json === undefined ? `not JSON (${type || 'no content type'})` : `JSON without ${member}`
    const isNameless = isRecord(json) && Object.keys(json).some((name) => name.endsWith('_endpoint'))
    return { ...place, status, told: `${status}, ${what}`, isNameless }
  } catch (thrown) {
    const error = thrown as DcrError
    if (error.code === 'aborted') throw error
    if (status === undefined) return { ...place, told: whatOf(error), isSilent: true }
    const isPlain = (error as OAuthError).status !== undefined
    return { ...place, status, told: isPlain ? `${status}` : `${status}, ${whatOf(error)}` }
  }
}

/** What an error says has happened, without where, and without what became of it. */
export function whatOf({ message, endpoint = '' }: DcrError): string {
  const before = endpoint ? `${endpoint} ` : ': '
  const what = message.slice(message.indexOf(before) + before.length)
  return what.replace(/\.( [^.]+\.)?$/, '')
}
