import { emptyAnswer } from '../../answer.js'
import type { Members } from '../../dialect.js'
import type { IncomingRequest } from '../../incoming-request.js'
import { ReadyRefusal } from '../../refusal.js'
import { ARRAYS, BOOLEANS, isTranslation, NUMBERS, STRINGS } from './members.js'

/**
 * A registration, as its own JSON converter reads it: an unknown string is passed over, an unknown value of any other
 * type, known to the RFCs or not (`contacts`, `jwks`), brings it down. Read off the source, never seen.
 */
export function readRegistration({ body }: IncomingRequest): Members {
  const requested: Members = {}
  for (const [name, value] of Object.entries(parse(body))) {
    if (value === null) continue
    if (typeof value === 'string') {
      if ([...ARRAYS, ...BOOLEANS, ...NUMBERS].includes(name)) throw crash()
      if (STRINGS.includes(name) || isTranslation(name)) requested[name] = value
    } else {
      if (!isKnown(name, value)) throw crash()
      requested[name] = value
    }
  }
  return requested
}

/**
 * An update, as ASP.NET Core binds it where nobody says "from the body": JSON is not looked at, a form is, and the
 * query. Translations and `authorization_*` have no name there. Read off the source, never seen.
 */
export function readUpdate({ headers, url, body }: IncomingRequest): Members {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '')
  const form = new URLSearchParams(isForm ? body : '')
  const requested: Members = {}
  for (const name of [...STRINGS, ...ARRAYS, ...BOOLEANS, ...NUMBERS]) {
    if (name.startsWith('authorization_')) continue
    const values = [form, url.searchParams].find((source) => source.has(name))?.getAll(name)
    if (values) requested[name] = bound(name, values)
  }
  return requested
}

function bound(name: string, values: readonly string[]): unknown {
  if (ARRAYS.includes(name)) return values
  if (BOOLEANS.includes(name)) return values[0]?.toLowerCase() === 'true'
  return NUMBERS.includes(name) ? Number(values[0]) : values[0]
}

function isKnown(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return ARRAYS.includes(name) && value.every((one) => typeof one === 'string')
  if (typeof value === 'boolean') return BOOLEANS.includes(name)
  return typeof value === 'number' && NUMBERS.includes(name)
}

function parse(body: string): object {
  try {
    const json: unknown = JSON.parse(body)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json
  } catch {}
  throw crash()
}

function crash(): ReadyRefusal {
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  return new ReadyRefusal({ ...emptyAnswer(500), headers, body: 'Internal Server Error' })
}
