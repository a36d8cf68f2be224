import type { Call } from '../http/call.js'
import { isHarmful } from '../http/scheme.js'
import { isUnset, saysNothing } from '../json.js'
import { type Guarded, type Guards, passes } from './schemas.js'

/**
 * Reads an answer leniently, member by member: a member that is unset reads as absent; one of the wrong type is
 * converted where its meaning is plain, and left out where it is not. Members without a guard stay as they are.
 */
export function readMembers<Shape extends Guards>(
  guards: Shape,
  answer: Record<string, unknown>,
  call: Call,
): Guarded<Shape> & Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const [member, given] of Object.entries(answer)) {
    // As an own member it would change what the object inherits, at the next careless copy.
    if (member === '__proto__') continue
    const guard = Object.hasOwn(guards, member) && guards[member]
    const value = URL_MEMBER.test(member) ? withoutHarm(given, member, call) : given
    if (!guard) {
      if (value !== undefined) read[member] = value
    } else if (!saysNothing(value)) {
      const usual = Array.isArray(value) ? value.filter((item) => !isUnset(item)) : value
      if (passes(guard, usual)) read[member] = usual
      else {
        const readings = conversions(value).filter((reading) => passes(guard, reading))
        if (readings.length > 0) read[member] = readings[0]
        const code = readings.length > 0 ? 'converted_member' : 'ignored_member'
        call.warn(code, 'The member is of another type than specified.', member)
      }
    }
  }
  return read as Guarded<Shape> & Record<string, unknown>
}

/** A URL that a user agent may be sent to, or a list of them; a language tag may follow. */
const URL_MEMBER = /_(uri|url|endpoint)s?(#.*)?$/

/** Without URLs such as `javascript:`, which run what they hold wherever they are shown as a link. */
function withoutHarm(value: unknown, member: string, { warn }: Call): unknown {
  const items = Array.isArray(value) ? value : [value]
  const harmless = items.filter((item) => typeof item !== 'string' || !isHarmful(item))
  if (harmless.length === items.length) return value
  warn('ignored_member', 'A URL in it would run or show what it holds.', member)
  return Array.isArray(value) ? harmless : undefined
}

/** What a value could have been meant to be, in the order in which it is tried. */
function conversions(value: unknown): unknown[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [`${value}`]
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? [value.join(' ')] : []
  if (typeof value !== 'string') return []
  if (value === 'true' || value === 'false') return [value === 'true', [value]]
  return /^-?\d+(\.\d+)?$/.test(value) ? [Number(value), [value]] : [[value]]
}
