import { LONGEST_NAME, printable } from '../printable.js'
import type { ManifestClient } from './manifest.js'
import { NOTHING, type Part, partOf, wholeOf } from './metadata.js'
import type { Path, Reader } from './reading.js'
import type { ReadServer } from './servers.js'
import { suggestion } from './suggestion.js'

export const CLIENT_MEMBERS = ['server', 'metadata'] as const

/** A client at each of its servers. */
export function clientsOf(
  name: string,
  value: unknown,
  common: Part,
  servers: ReadonlyMap<string, ReadServer>,
  reader: Reader,
): ManifestClient[] {
  const path = ['clients', name]
  const members = reader.object(value, path, CLIENT_MEMBERS)
  if (!members) return []
  const places = placesOf(members.server, [...path, 'server'], servers, reader)
  const { metadata } = members
  const providers = places.map(({ server }) => server.provider)
  const place = metadata === undefined ? path : [...path, 'metadata']
  const own = metadata === undefined ? NOTHING : partOf(metadata, place, reader, providers)
  return places.map(({ server, defaults }) => {
    return { name, server, metadata: wholeOf([common, defaults, own], place, reader) }
  })
}

function placesOf(
  value: unknown,
  path: Path,
  servers: ReadonlyMap<string, ReadServer>,
  reader: Reader,
): ReadServer[] {
  const isList = Array.isArray(value)
  const wanted: unknown[] = isList ? value : [value]
  if (wanted.length === 0) reader.refuse(path, 'must name one server at least')
  return wanted.flatMap((name, index) => {
    const found = typeof name === 'string' ? servers.get(name) : undefined
    if (found) return found
    const place = isList ? [...path, index] : path
    if (typeof name !== 'string') reader.refuse(place, 'must be the name of a server, or a list of them')
    else {
      const meant = suggestion(name, servers.keys())
      const repair = meant
        ? `did you mean ${meant}?`
        : `there are ${[...servers.keys()].map(shown).join(', ')}`
      reader.refuse(place, `there is no server ${shown(name)}; ${repair}`)
    }
    return []
  })
}

function shown(name: string): string {
  return printable(name, LONGEST_NAME)
}
