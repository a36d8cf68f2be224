import { wellKnown } from '../discovery.js'
import type { Call } from '../http/call.js'
import { isSameIssuer } from '../registrar/entry.js'
import { askAt } from './asking.js'
import type { AskedPlace } from './facts.js'

/** Asks every well-known path of an issuer, in the order of precedence. */
export async function askLadder(issuer: URL, asked: string, call: Call): Promise<AskedPlace[]> {
  const places = await Promise.all(wellKnown(issuer).map((url) => askAt(url, 'issuer', call)))
  return places.map((place) => {
    const { document, told } = place
    if (document === undefined) return place
    return { ...place, told: `${told} of ${isOf(document, asked) ? 'this' : 'another'} issuer` }
  })
}

export function isOf({ issuer }: { issuer?: unknown }, asked: string): boolean {
  return isSameIssuer(`${issuer}`, asked)
}

/** The place whose metadata count, as for `discover`: one with a registration endpoint goes first. */
export function takenOf(places: readonly AskedPlace[], asked: string): AskedPlace | undefined {
  const own = places.filter(({ document }) => document !== undefined && isOf(document, asked))
  return own.find(({ document }) => document?.registration_endpoint) ?? own[0]
}
