import { isUnset, type JsonObject } from '../json.js'

/** The words of a list in the metadata; undefined where it is absent, or no list of words. */
export function listIn(metadata: JsonObject, member: string): readonly string[] | undefined {
  const value = metadata[member]
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
}

export function textIn(metadata: JsonObject, member: string): string | undefined {
  const value = metadata[member]
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function isThere(metadata: JsonObject, member: string): boolean {
  return !isUnset(metadata[member])
}

/** Whether something else stands where a list of words belongs; that is told once, for all lists. */
export function isNoList(metadata: JsonObject, member: string): boolean {
  return isThere(metadata, member) && !listIn(metadata, member)
}

/** As many words as people read. */
const MOST_WORDS = 12

/** Words of a server for people, the first of them if there are many. */
export function words(list: readonly string[]): string {
  const more = list.length - MOST_WORDS
  return list.slice(0, MOST_WORDS).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
