import { invalidMetadata } from '../../refusal.js'
import { type MemberType, typeOfMember } from './metadata-members.js'

type Metadata = Readonly<Record<string, unknown>>

/** Booleans, then arrays, then strings. Leaves each value of an array once. */
export function checkTypes(metadata: Record<string, unknown>): void {
  for (const name of namesOf(metadata, 'boolean')) {
    if (typeof metadata[name] !== 'boolean') throw invalidMetadata(`${name} must be a boolean`)
  }
  for (const name of namesOf(metadata, 'array')) {
    const value = metadata[name]
    if (!Array.isArray(value)) throw invalidMetadata(`${name} must be an array`)
    metadata[name] = [...new Set(value)]
  }
  for (const name of namesOf(metadata, 'string', 'web uri', 'https uri')) {
    if (isNonEmptyString(metadata[name])) continue
    throw invalidMetadata(`${name} must be a non-empty string if provided`)
  }
  for (const name of namesOf(metadata, 'array')) {
    if ([metadata[name]].flat().every(isNonEmptyString)) continue
    throw invalidMetadata(`${name} must only contain strings`)
  }
}

export function checkUris(metadata: Metadata): void {
  for (const name of namesOf(metadata, 'web uri', 'https uri')) {
    const type = typeOfMember(name)
    const allowed = type === 'https uri' ? ['https:'] : ['https:', 'http:']
    const value = String(metadata[name])
    if (URL.canParse(value) && allowed.includes(new URL(value).protocol)) continue
    throw invalidMetadata(`${name} must be a ${type}`)
  }
}

export function checkIntegers(metadata: Metadata): void {
  for (const name of namesOf(metadata, 'integer')) {
    const value = metadata[name]
    if (Number.isSafeInteger(value) && Number(value) >= 0) continue
    throw invalidMetadata(`${name} must be a non-negative integer`)
  }
}

/** In the order of the alphabet: of several faults, the same one is named each time. */
function namesOf(metadata: Metadata, ...types: MemberType[]): string[] {
  const names = Object.keys(metadata).sort()
  return names.filter((name) => types.some((type) => type === typeOfMember(name)))
}

function isNonEmptyString(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
