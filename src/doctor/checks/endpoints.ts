import { isHarmful } from '../../http/scheme.js'
import { isLoopback, parse } from '../../http/url.js'
import type { JsonObject } from '../../json.js'
import type { Check } from '../facts.js'
import { ok, problem, type Said } from '../finding.js'
import { isThere, textIn } from '../members.js'

/** Whether every endpoint can be called, and where they are. */
export const endpoints: Check = ({ metadata, issuer }) => {
  const members = Object.keys(metadata).filter(
    (member) => /_(endpoint|iframe)$|^(signed_)?jwks_uri$/.test(member) && isThere(metadata, member),
  )
  const flaws = members.flatMap((member) => flawOf(metadata, member))
  return [...flaws, ...elsewhere(metadata, members, parse(issuer)?.origin ?? '', flaws.length > 0)]
}

function flawOf(metadata: JsonObject, member: string): Said[] {
  const value = metadata[member]
  const url = typeof value === 'string' ? parse(value) : undefined
  const wrong = (what: string) => [
    problem(`${member} ${what}`, `have the server name ${member} as an https URL`),
  ]
  if (typeof value !== 'string') return wrong('is not text')
  if (!url) return wrong('is not an absolute URL')
  if (isHarmful(value))
    return wrong(`is a URL of the kind ${url.protocol}, which runs or shows what it holds`)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    return wrong('is not https')
  if (url.username || url.password) return wrong('has a user name or password in it')
  return url.hash ? wrong('has a fragment') : []
}

/** Endpoints of a server may be at another origin; who looks for a mistake wants to know which are. */
function elsewhere(
  metadata: JsonObject,
  members: readonly string[],
  home: string,
  isFlawed: boolean,
): Said[] {
  const foreign = members.flatMap((member) => {
    const origin = parse(textIn(metadata, member) ?? '')?.origin
    return origin === undefined || origin === home || origin === 'null' ? [] : [`${member} at ${origin}`]
  })
  if (foreign.length > 0) return [ok(`at another origin than the issuer: ${foreign.join(', ')}`)]
  if (isFlawed || members.length === 0) return []
  const which = members.length === 1 ? `${members[0]} is` : `all ${members.length} are`
  return [ok(`${which} at the origin of the issuer`)]
}
