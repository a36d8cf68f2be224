import { isSpecified } from '../metadata/checking.js'
import { authorizationServerMetadataGuards, tokenResponseGuards } from '../metadata/schemas.js'

/** What results of `dcr` itself have beside what servers say. */
const OWN = ['name', 'deleted', 'forgotten', 'left', 'saved']

const KNOWN = new Set([
  ...OWN,
  ...Object.keys(authorizationServerMetadataGuards),
  ...Object.keys(tokenResponseGuards),
])

/** What stands before a name that is the server's own. */
const STRANGE = 'x_'

/**
 * The members of a result by names that are safe in the environment of a shell: a server may call a member of its own as it
 * likes, and `path` or `prompt_command` would be obeyed by who reads the file.
 */
export function safelyNamed(result: object): object {
  const members = Object.entries(result).map(([member, value]) => {
    const isKnown = KNOWN.has(member) || isSpecified(member)
    return [isKnown ? member : `${STRANGE}${member}`, value]
  })
  return Object.fromEntries(members)
}
